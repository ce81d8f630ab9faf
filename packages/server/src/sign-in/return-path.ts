// Where somebody goes once they are signed in: a page of ours and nothing else. A browser reads `//host`, `/\host` and a tab inside of a scheme as the
// address of another site, so the path is read as a browser reads it, and written anew.
const START = '/ui/'
const LENGTH_MAX = 1_024
const NOWHERE = 'http://nowhere.invalid'

export function readReturnPath(given: string | undefined): string {
  if (given === undefined || given.length > LENGTH_MAX || !given.startsWith('/')) return START
  if (!URL.canParse(given, NOWHERE)) return START
  const { origin, pathname, search, hash } = new URL(given, NOWHERE)
  if (origin !== NOWHERE || pathname.split('/')[1] !== 'ui' || pathname.includes('\\')) return START
  return `${pathname}${search}${hash}`
}
