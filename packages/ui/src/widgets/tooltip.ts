// Tooltips, without a component: `{...tip('Copy', 'c')}` on any element that can be pointed at or focused. One element shows them all. Escape hides
// it, and the pointer may rest on it.
import { showKeys } from '../lib/keyboard.ts'
import classes from './tooltip.module.css'
import { placeElement } from './place-floating.ts'

const WAIT_MS = 450
/** The next one comes at once after one was shown. */
const WARM_MS = 300

export interface Tip {
  readonly 'data-tip': string
  readonly 'data-tip-keys'?: string
}

export function tip(text: string, keys?: string): Tip {
  return { 'data-tip': text, ...(keys === undefined ? {} : { 'data-tip-keys': keys }) }
}

export function startTooltips(): void {
  const box = document.createElement('div')
  box.id = 'tooltip'
  box.setAttribute('role', 'tooltip')
  box.popover = 'manual'
  box.className = classes['tooltip'] ?? ''
  document.body.append(box)
  let timer: ReturnType<typeof setTimeout> | undefined
  let shown: Element | undefined
  let hiddenAt = 0

  const hide = (at: number): void => {
    clearTimeout(timer)
    if (!shown) return
    shown.removeAttribute('aria-describedby')
    shown = undefined
    hiddenAt = at
    box.hidePopover()
  }
  const show = (target: Element): void => {
    if (!target.isConnected) return
    fill(box, target)
    shown = target
    target.setAttribute('aria-describedby', box.id)
    box.showPopover()
    placeElement(box, target, 'center')
  }
  const enter = (event: Event): void => {
    const target = event.target instanceof Element ? event.target.closest('[data-tip]') : null
    if (target === shown && target !== null) return
    hide(event.timeStamp)
    if (!target) return
    timer = setTimeout(() => show(target), event.timeStamp - hiddenAt < WARM_MS ? 0 : WAIT_MS)
  }
  document.addEventListener('pointerover', enter)
  document.addEventListener('focusin', event => {
    if (event.target instanceof Element && event.target.matches(':focus-visible')) enter(event)
  })
  document.addEventListener('focusout', event => hide(event.timeStamp))
  document.addEventListener('pointerdown', event => hide(event.timeStamp))
  document.addEventListener('scroll', event => hide(event.timeStamp), { capture: true, passive: true })
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') hide(event.timeStamp)
  })
}

function fill(box: HTMLElement, target: Element): void {
  const keys = target.getAttribute('data-tip-keys')
  box.replaceChildren(
    target.getAttribute('data-tip') ?? '',
    ...(keys === null
      ? []
      : showKeys(keys).map(key => {
          const kbd = document.createElement('kbd')
          kbd.textContent = key
          return kbd
        })),
  )
}
