// A dialog over the page: the browser's own, which keeps the focus, closes with Escape and returns the focus to where it was.
import { ActionIcon } from '@mantine/core'
import { useId, useLayoutEffect, useRef, type ReactNode } from 'react'
import { cx } from './class-names.ts'
import classes from './dialog.module.css'
import { Icon } from './icon.tsx'
import { t } from './messages.ts'

export interface DialogProps {
  readonly title: string
  readonly onClose: () => void
  /** Below the content, on the right: cancel first, the primary action last. */
  readonly footer?: ReactNode
  readonly size?: 'small' | 'medium' | 'large'
  /** `drawer` stands at the side and is as high as the window; `box` stands near the top and shows its title to those who hear it only. */
  readonly kind?: 'dialog' | 'drawer' | 'box'
  readonly children: ReactNode
}

/** Shown while it is rendered. The focus goes to what bears `data-autofocus`, else to the first control. */
export function Dialog({ title, onClose, footer, size = 'medium', kind = 'dialog', children }: DialogProps): ReactNode {
  const ref = useRef<HTMLDialogElement>(null)
  const close = useRef<HTMLButtonElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const titleId = useId()
  // Closed before it is taken out of the page: only then does the browser give the focus back.
  useLayoutEffect(() => {
    const dialog = ref.current
    if (dialog && !dialog.open) {
      dialog.showModal()
      // Who opens a dialog wants its content, not the button that closes it.
      dialog.querySelector<HTMLElement>('[data-autofocus]')?.focus()
      if (close.current === document.activeElement) firstControl(content.current)?.focus()
    }
    return () => dialog?.close()
  }, [])
  return (
    <dialog
      ref={ref}
      className={cx(classes['dialog'], classes[size], classes[kind])}
      aria-labelledby={titleId}
      onCancel={event => {
        event.preventDefault()
        onClose()
      }}
      onMouseDown={event => {
        if (event.target === event.currentTarget) onClose()
      }}
    >
      <div className={classes['frame']}>
        <header className={kind === 'box' ? 'visually-hidden' : classes['head']}>
          <h2 id={titleId}>{title}</h2>
          {kind !== 'box' && (
            <ActionIcon ref={close} aria-label={t('close')} onClick={onClose}>
              <Icon name="close" />
            </ActionIcon>
          )}
        </header>
        <div ref={content} className={classes['body']}>
          {children}
        </div>
        {footer !== undefined && <footer className={classes['foot']}>{footer}</footer>}
      </div>
    </dialog>
  )
}

/** Where one goes on with the keyboard. */
const CONTROLS = 'input, select, textarea, button, a[href], summary, [tabindex="0"]'

function firstControl(content: HTMLElement | null): HTMLElement | undefined {
  const found = content?.querySelectorAll<HTMLElement>(CONTROLS) ?? []
  return [...found].find(control => !control.matches(':disabled, [type=hidden]') && control.checkVisibility())
}
