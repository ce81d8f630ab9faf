// What the types of a family say of themselves in the same words.
import type { Shape } from '@batuta/plugin-sdk'
import type { Database } from '../connection/connection.ts'

export function aliasesOf({ aliasPrefix }: Pick<Database, 'aliasPrefix'>, name: string): { aliases?: string[] } {
  return aliasPrefix === undefined ? {} : { aliases: [`${aliasPrefix}.${name}`] }
}

/** The lines of an example that say where the database is, indented. */
export function exampleConnection(
  { exampleUrl, title, properties }: Pick<Database<Shape>, 'exampleUrl' | 'title' | 'properties'>,
  indent: number,
): string {
  const lines = [`url: ${exampleUrl}`]
  if (
    properties['password'] !== undefined &&
    properties['username'] !== undefined &&
    !/^jdbc:(?:sqlite|duckdb)/.test(exampleUrl)
  ) {
    const secret = `${title.replace(/\W+/g, '_').toUpperCase()}_PASSWORD`
    lines.push('username: reader', `password: "{{ secret('${secret}') }}"`)
  }
  return lines.map(line => ' '.repeat(indent) + line).join('\n')
}
