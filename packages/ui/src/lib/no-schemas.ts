// Stands for `typebox` under the route table in the browser, where paths and kinds of replies are read and schemas are not: a third of the page.
interface NoSchema {
  readonly properties: Readonly<Record<string, NoSchema>>
}

const NONE: NoSchema = { properties: {} }
const make = (given?: unknown): NoSchema =>
  typeof given === 'object' && given !== null && !Array.isArray(given) ? { properties: { ...given } } : NONE

/** `Type.Object({ … }).properties` is spread by the table; whatever else is asked of a schema is nothing. */
export const Type: Readonly<Record<string, (given?: unknown) => NoSchema>> = new Proxy({}, { get: () => make })

/** Asked by the description of the API, which no page makes. */
export function IsOptional(): boolean {
  return false
}
