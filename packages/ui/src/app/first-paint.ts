// Puts the shell into the page before any of its large programs is there. It stands in the page itself (its hash in the policy), so it is small: who has
// arranged the rail otherwise sees its entries with the shell that takes the place of this one, and its frame at once.
import { readLocal } from '../platform/local-store.ts'
import { basepathOf, isBare, isCurrent, lastOf } from './places.ts'

const template = document.getElementById('first-shell')
const basepath = basepathOf(location.pathname, document.documentElement.dataset['tenant'] ?? '')
const path = location.pathname.slice(basepath.length) || '/'
// A language that turns or lengthens texts is a matter of the programs.
if (template instanceof HTMLTemplateElement && !isBare(path) && readLocal('language') === undefined)
  draw(template.content)

function draw(shell: DocumentFragment): void {
  const isPinned = readLocal('rail.pinned') === 'true'
  const isArranged = isPinned || ['rail', 'bookmarks'].some(key => readLocal(key) !== undefined)
  const unseen = readLocal('rail.unseen')?.split(',')
  const rail = shell.querySelector('nav')
  if (isArranged) rail?.querySelector('ul')?.remove()
  if (isPinned) rail?.classList.add(rail.dataset['pinned'] ?? '')
  for (const link of shell.querySelectorAll('a')) {
    const to = link.getAttribute('href') ?? ''
    const id = link.dataset['id'] ?? lastOf(to)
    if (id !== '' && isCurrent(to, path)) link.ariaCurrent = 'page'
    link.setAttribute('href', basepath + to)
    if (unseen?.includes(id) === true) (link.closest('li') ?? link).remove()
  }
  const keys = shell.querySelector('kbd')
  if (keys !== null && navigator.platform.startsWith('Mac')) keys.textContent = '⌘K'
  document.getElementById('root')?.append(shell)
}
