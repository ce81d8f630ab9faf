// Where a menu or a tooltip goes: below what it belongs to, above where there is no room, and never out of the window.
export interface Box {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

export interface Place {
  readonly left: number
  readonly top: number
  readonly maxHeight: number
}

const GAP = 4
const MARGIN = 8
const HEIGHT_MIN = 120

export type Align = 'start' | 'center' | 'end'

export function placeFloating(
  anchor: Box,
  size: { readonly width: number; readonly height: number },
  window: { readonly width: number; readonly height: number; readonly align?: Align },
): Place {
  const { align = 'start' } = window
  const wanted =
    align === 'start'
      ? anchor.left
      : align === 'end'
        ? anchor.left + anchor.width - size.width
        : anchor.left + (anchor.width - size.width) / 2
  const left = Math.max(MARGIN, Math.min(wanted, window.width - size.width - MARGIN))
  const below = window.height - anchor.top - anchor.height - GAP - MARGIN
  const above = anchor.top - GAP - MARGIN
  const isBelow = size.height <= below || below >= above
  const maxHeight = Math.max(HEIGHT_MIN, isBelow ? below : above)
  const height = Math.min(size.height, maxHeight)
  return { left, top: isBelow ? anchor.top + anchor.height + GAP : anchor.top - GAP - height, maxHeight }
}

/** Moves an element that is shown in the top layer to its anchor. */
export function placeElement(element: HTMLElement, anchor: Element, align: Align = 'start'): void {
  element.style.maxHeight = ''
  const { width, height } = element.getBoundingClientRect()
  const { clientWidth, clientHeight } = document.documentElement
  const place = placeFloating(
    anchor.getBoundingClientRect(),
    { width, height },
    { width: clientWidth, height: clientHeight, align },
  )
  element.style.left = `${place.left}px`
  element.style.top = `${place.top}px`
  element.style.maxHeight = `${place.maxHeight}px`
}
