/** Joins what is there. */
export function cx(...names: readonly (string | false | null | undefined)[]): string {
  return names.filter(name => name !== undefined && name !== false && name !== null && name !== '').join(' ')
}
