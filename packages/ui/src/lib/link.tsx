// A link inside of the page: a real address, so that it opens in another tab, and no reload where it does not. Its page is fetched when the
// pointer or the focus comes near.
import { useRouter, useRouterState } from '@tanstack/react-router'
import {
  useCallback,
  useMemo,
  type AnchorHTMLAttributes,
  type HTMLAttributes,
  type MouseEvent,
  type ReactNode,
  type Ref,
} from 'react'

export interface LinkProps extends Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'> {
  /** From `paths`, with the query if there is one. */
  readonly to: string
  readonly replace?: boolean
  readonly children?: ReactNode
  readonly ref?: Ref<HTMLAnchorElement>
}

export function Link({ to, replace = false, onClick, onPointerEnter, onFocus, ...rest }: LinkProps): ReactNode {
  const go = useGo()
  const router = useRouter()
  const prefetch = (): void => void router.preloadRoute({ to: pathOf(to) }).catch(() => undefined)
  const click = (event: MouseEvent<HTMLAnchorElement>): void => {
    onClick?.(event)
    if (event.defaultPrevented || isForBrowser(event, event.currentTarget)) return
    event.preventDefault()
    go(to, { replace })
  }
  return (
    <a
      {...rest}
      href={hrefOf(router.basepath, to)}
      onClick={click}
      onPointerEnter={event => {
        onPointerEnter?.(event)
        prefetch()
      }}
      onFocus={event => {
        onFocus?.(event)
        prefetch()
      }}
    />
  )
}

export interface Links {
  href(to: string): string
  /** To what `href` gave. */
  go(href: string): void
  /** Of the element that they are in. */
  readonly within: Pick<HTMLAttributes<HTMLElement>, 'onClick' | 'onPointerOver'>
}

/** For many links in a small place: `<a>` without a component each, and what a click does is said once. */
export function useLinks(): Links {
  const router = useRouter()
  return useMemo(() => {
    const linkOf = ({ target }: { readonly target: EventTarget }): HTMLAnchorElement | null =>
      target instanceof Element ? target.closest('a') : null
    return {
      href: to => hrefOf(router.basepath, to),
      go: href => router.history.push(href),
      within: {
        onClick: event => {
          const link = linkOf(event)
          if (!link || event.defaultPrevented || isForBrowser(event, link)) return
          event.preventDefault()
          router.history.push(link.getAttribute('href') ?? '')
        },
        onPointerOver: event => {
          const href = linkOf(event)?.getAttribute('href') ?? undefined
          if (href === undefined) return
          const to = pathOf(router.basepath === '/' ? href : href.slice(router.basepath.length))
          void router.preloadRoute({ to }).catch(() => undefined)
        },
      },
    }
  }, [router])
}

/** Goes to a path of `paths`. */
export function useGo(): (to: string, options?: { readonly replace?: boolean }) => void {
  const router = useRouter()
  return useCallback(
    (to, { replace = false } = {}) => {
      const href = hrefOf(router.basepath, to)
      if (replace) router.history.replace(href)
      else router.history.push(href)
    },
    [router],
  )
}

/** The path of the page without base and query. */
export function usePath(): string {
  return useRouterState({ select: state => state.location.pathname })
}

export function hrefOf(basepath: string, to: string): string {
  return basepath === '/' ? to : `${basepath}${to}`
}

function pathOf(to: string): string {
  return to.split(/[?#]/)[0] ?? to
}

function isForBrowser(event: MouseEvent<HTMLElement>, { target }: HTMLAnchorElement): boolean {
  return (
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey ||
    (target !== '' && target !== '_self')
  )
}
