/** A name as it stands in the address of a file: small letters and digits, dashes for all else. */
export function slugOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]+/g, '-')
}
