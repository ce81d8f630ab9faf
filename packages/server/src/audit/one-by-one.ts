// Walks rows that come in the order of their executions beside the executions themselves.

export interface OneByOne<T> {
  /** The first that was not taken yet. */
  peek(): Promise<T | undefined>
  /** Takes it; returns the one after it. */
  next(): Promise<T | undefined>
  /** Takes all of this execution. */
  skip(executionId: string): Promise<T | undefined>
}

export function oneByOne<T extends { readonly executionId: string }>(source: AsyncGenerator<T>): OneByOne<T> {
  let first: Promise<IteratorResult<T>> | undefined
  const peek = async (): Promise<T | undefined> => {
    first ??= source.next()
    const { done, value } = await first
    return done ? undefined : value
  }
  const next = async (): Promise<T | undefined> => {
    await peek()
    first = undefined
    return await peek()
  }
  const skip = async (executionId: string): Promise<T | undefined> => {
    let item = await peek()
    while (item?.executionId === executionId) item = await next()
    return item
  }
  return { peek, next, skip }
}
