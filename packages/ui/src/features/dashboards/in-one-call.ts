/** What is asked in one go is asked of the server in one call. */
export function inOneCall<Answer>(
  load: (ids: readonly string[]) => Promise<Readonly<Record<string, Answer>>>,
): (id: string) => Promise<Answer | undefined> {
  let waiting: string[] = []
  let call: Promise<Readonly<Record<string, Answer>>> | undefined
  return async id => {
    waiting.push(id)
    call ??= Promise.resolve().then(() => {
      const ids = waiting
      waiting = []
      call = undefined
      return load(ids)
    })
    return (await call)[id]
  }
}
