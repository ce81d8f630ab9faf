import type { ReactNode } from 'react'
import { useAllActions } from '../lib/actions.ts'
import { Dialog } from '../widgets/dialog.tsx'
import { Kbd } from '../widgets/kbd.tsx'
import { t } from './messages.ts'
import classes from './shortcuts.module.css'

/** All keys that work now, made from the register of actions. */
export function Shortcuts({ onClose }: { readonly onClose: () => void }): ReactNode {
  const bySection = Map.groupBy(
    useAllActions().filter(({ keys }) => keys !== undefined),
    ({ section }) => section,
  )
  return (
    <Dialog title={t('shortcuts')} onClose={onClose}>
      <div className={classes['columns']}>
        {[...bySection].map(([section, actions]) => (
          <section key={section} className={classes['section']}>
            <h3>{section}</h3>
            <dl className={classes['list']}>
              {actions.map(({ id, title, keys = '' }) => (
                <div key={id} className={classes['line']}>
                  <dt>{title}</dt>
                  <dd>
                    <Kbd keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
