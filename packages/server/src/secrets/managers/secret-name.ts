// What a secret of a namespace is called elsewhere. A template says it; where a manager allows only some characters, what it does not allow is written
// otherwise so that no two names become one: else `a-b` could read what is kept for `a.b`.

export interface SecretNaming {
  /** `{namespace}`, `{path}` – the namespace with slashes – and `{key}`. */
  readonly template: string
  encode(part: string): string
}

const KEY = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/
const NAMESPACE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/

/** Undefined for what can be the name of no secret. */
export function nameIn({ template, encode }: SecretNaming, namespace: string, key: string): string | undefined {
  if (!KEY.test(key) || !NAMESPACE.test(namespace)) return undefined
  const parts: Readonly<Record<string, string>> = {
    '{namespace}': encode(namespace),
    '{path}': namespace.split('.').map(encode).join('/'),
    '{key}': encode(key),
  }
  return template.replaceAll(/\{(?:namespace|path|key)\}/g, part => parts[part] ?? part)
}

/** As it was asked for, then in upper case, as most people write them. */
export function spellingsOf(key: string): readonly string[] {
  return [...new Set([key, key.toUpperCase()])]
}

export function asItIs(part: string): string {
  return part
}

/** Letters, digits, and `_` only: `.` becomes `__`, `_` becomes `_u`, `-` becomes `_h`. */
export function asWord(part: string): string {
  return part.replaceAll(/[._-]/g, sign => (sign === '.' ? '__' : sign === '_' ? '_u' : '_h'))
}

/** Letters, digits, and `-` only: `.` becomes `--`, `_` becomes `-u`, `-` becomes `-h`. */
export function asHyphens(part: string): string {
  return part.replaceAll(/[._-]/g, sign => (sign === '.' ? '--' : sign === '_' ? '-u' : '-h'))
}
