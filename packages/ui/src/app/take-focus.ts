// Who has gone to a link of the shell that was drawn first stands on the same link of the shell that takes its place.

let href: string | null = null

/** Before the first rendering: it clears what was drawn. */
export function watchFocus(ground: HTMLElement): void {
  const note = (): void => {
    href = ground.contains(document.activeElement) ? (document.activeElement?.getAttribute('href') ?? null) : null
  }
  note()
  ground.addEventListener('focusin', note)
}

export function takeFocus(): void {
  const links = document.querySelectorAll<HTMLElement>('nav a')
  // The rail and the bar below lead to the same pages, and one of them is hidden.
  const isSame = (link: HTMLElement): boolean => link.getAttribute('href') === href && link.checkVisibility()
  if (href !== null) [...links].find(isSame)?.focus({ preventScroll: true })
  href = null
}
