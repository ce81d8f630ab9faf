// Whether a path leads to a page that is there: what leads nowhere is not shown.
import { PAGES } from './routes.ts'

export function hasPage(to: string): boolean {
  return PAGES.some(({ path }) => answers(path, to))
}

/** `/dashboards/{-$id}` answers `/dashboards`. */
function answers(path: string, to: string): boolean {
  const parts = to.split('/')
  const pattern = path.split('/')
  return (
    pattern.length >= parts.length &&
    pattern.every((part, index) => {
      const given = parts[index]
      return part === given || part.startsWith('{-$') || (part.startsWith('$') && given !== undefined)
    })
  )
}
