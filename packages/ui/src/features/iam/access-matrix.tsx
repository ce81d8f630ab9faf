// All that somebody may do, here or anywhere: a row for each resource, a column for each action; a click asks why.
import { ACTIONS, RESOURCE_NAMES, reachOf, type Action, type Resource } from '@batuta/core'
import type { ReactNode } from 'react'
import type { Scope } from '../../lib/access/may.ts'
import { Icon, type IconName } from '../../widgets/icon.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { Box } from './box.tsx'
import { markOf, placesOf, type Mark } from './effective.ts'
import classes from './iam.module.css'
import { t } from './messages.ts'
import { summaryOf } from './summary-of.ts'

export interface AccessMatrixProps {
  readonly name: string
  scopeOf(resource: Resource, action: Action): Scope | undefined
  /** What is asked now. */
  readonly resource: Resource
  readonly action: Action
  readonly namespace: string | undefined
  readonly onAsk: (wish: { readonly resource: Resource; readonly action: Action }) => void
}

const ICONS: Readonly<Record<Mark, IconName>> = { yes: 'check', some: 'folder', no: 'minus' }

export function AccessMatrix(props: AccessMatrixProps): ReactNode {
  const { name, namespace } = props
  const title = namespace === undefined ? t('allOf', { name }) : t('allOfIn', { name, namespace })
  return (
    <Box title={title}>
      <p className={`${classes['muted']} ${classes['small']}`}>{t('matrixHint')}</p>
      <div className={classes['matrixScroller']} tabIndex={0} role="region" aria-label={title}>
        <table className={classes['matrix']} aria-label={title}>
          <thead>
            <tr>
              <th scope="col">{t('resource')}</th>
              {ACTIONS.map(action => (
                <th key={action} scope="col" className={classes['mark']}>
                  {t(action)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {RESOURCE_NAMES.map(resource => (
              <tr key={resource}>
                <th scope="row">
                  <span className={classes['resource']}>
                    <code>{resource}</code>
                    <span className={classes['muted']}>{summaryOf(resource)}</span>
                  </span>
                </th>
                {ACTIONS.map(action => (
                  <td key={action} className={classes['mark']}>
                    <Cell {...props} asked={{ resource, action }} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Box>
  )
}

interface CellProps extends AccessMatrixProps {
  readonly asked: { readonly resource: Resource; readonly action: Action }
}

function Cell({ asked, scopeOf, resource, action, namespace, onAsk }: CellProps): ReactNode {
  const scope = scopeOf(asked.resource, asked.action)
  const mark = markOf(scope, reachOf(asked.resource) === 'namespace' ? namespace : undefined)
  const hint = mark === 'some' && scope ? tellPlaces(scope) : t(mark === 'yes' ? 'yes' : 'no')
  return (
    <button
      type="button"
      className={`${classes['cell']} ${mark === 'no' ? classes['no'] : classes['yes']}`}
      aria-pressed={asked.resource === resource && asked.action === action}
      aria-label={`${asked.resource}: ${t(asked.action)}: ${hint}`}
      {...tip(hint)}
      onClick={() => onAsk(asked)}
    >
      <Icon name={ICONS[mark]} />
    </button>
  )
}

function tellPlaces(scope: Scope): string {
  const { allow, deny } = placesOf(scope)
  return deny === '' ? t('onlyIn', { allow }) : t('onlyInBut', { allow, deny })
}
