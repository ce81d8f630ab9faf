// The properties of a type whose shape is put together from parts: rendered, and of the kind that the shape says.
import { TaskError, fromPlain } from '@batuta/plugin-sdk'
import type { LazyProperties, LazyProperty, Shape, Value } from '@batuta/plugin-sdk'

export class Asked {
  readonly #props: ReadonlyMap<string, LazyProperty<unknown>>

  constructor(props: LazyProperties<Shape>) {
    this.#props = new Map(Object.entries(props))
  }

  /** Undefined also for what the shape does not have. */
  async value(name: string): Promise<unknown> {
    return await this.#props.get(name)?.render()
  }

  /** A property of any kind, as a value. */
  async given(name: string): Promise<Value> {
    return fromPlain(await this.value(name))
  }

  async text(name: string): Promise<string | undefined> {
    const value = await this.value(name)
    return typeof value === 'string' && value !== '' ? value : undefined
  }

  async needed(name: string): Promise<string> {
    const value = await this.text(name)
    if (value === undefined) throw new TaskError(`property "${name}" is required, but is empty`)
    return value
  }

  async flag(name: string): Promise<boolean> {
    return (await this.value(name)) === true
  }

  async number(name: string): Promise<number | undefined> {
    const value = await this.value(name)
    return typeof value === 'number' ? value : undefined
  }

  async port(name: string, fallback: number): Promise<number> {
    const written = await this.text(name)
    const port = written === undefined ? fallback : Number(written)
    if (!Number.isInteger(port) || port < 1 || port > 65_535)
      throw new TaskError(`"${written}" is no port: those are 1 to 65535`)
    return port
  }

  async oneOf<const T extends string>(name: string, values: readonly T[], fallback: T): Promise<T> {
    const value = await this.value(name)
    return values.find(each => each === value) ?? fallback
  }
}
