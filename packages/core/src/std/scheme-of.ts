/** What a browser takes for the scheme of an address: it passes over blanks and control characters before and within. */
export function schemeOf(address: string): string | undefined {
  const seen = address.replace(/[\u0000-\u0020\u007f]/g, '')
  return /^([a-z][a-z0-9+.-]*):/i.exec(seen)?.[1]?.toLowerCase()
}
