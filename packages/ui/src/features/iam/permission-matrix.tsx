// What can be allowed, as a table: a row for each resource, a column for each action. What a role does not name is as the coarser resource that it
// belongs to; such a mark is shown pale.
import { ACTIONS, RESOURCE_NAMES, coarserOf, reachOf, type Action, type Reach, type Resource } from '@batuta/core'
import { Fragment, type ReactNode } from 'react'
import { summaryOf } from './summary-of.ts'
import classes from './iam.module.css'
import { t } from './messages.ts'

export type Matrix = Readonly<Record<string, readonly string[]>>

export interface PermissionMatrixProps {
  readonly label: string
  readonly value: Matrix
  /** Absent: to be looked at. */
  readonly onChange?: ((value: Matrix) => void) | undefined
}

const REACHES: readonly Reach[] = ['namespace', 'shared', 'instance']
const REACH_WORDS = { namespace: 'reachNamespace', shared: 'reachShared', instance: 'reachInstance' } as const

export function PermissionMatrix({ label, value, onChange }: PermissionMatrixProps): ReactNode {
  return (
    <div className={classes['matrixScroller']} tabIndex={0} role="region" aria-label={label}>
      <table className={classes['matrix']} aria-label={label}>
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
          {REACHES.map(reach => (
            <Fragment key={reach}>
              <tr className={classes['groupRow']}>
                <th scope="colgroup" colSpan={ACTIONS.length + 1}>
                  {t(REACH_WORDS[reach])}
                </th>
              </tr>
              {RESOURCE_NAMES.filter(name => reachOf(name) === reach).map(resource => (
                <Row key={resource} resource={resource} value={value} onChange={onChange} />
              ))}
            </Fragment>
          ))}
        </tbody>
      </table>
    </div>
  )
}

interface RowProps extends Pick<PermissionMatrixProps, 'value' | 'onChange'> {
  readonly resource: Resource
}

function Row({ resource, value, onChange }: RowProps): ReactNode {
  return (
    <tr>
      <th scope="row">
        <span className={classes['resource']}>
          <code>{resource}</code>
          <span className={classes['muted']}>{summaryOf(resource)}</span>
        </span>
      </th>
      {ACTIONS.map(action => (
        <td key={action} className={classes['mark']}>
          <span className={classes['box16']}>
            <input
              type="checkbox"
              aria-label={`${resource}: ${t(action)}`}
              checked={holds(value, resource, action)}
              disabled={onChange === undefined}
              onChange={event => onChange?.(turn(value, { resource, action, isOn: event.currentTarget.checked }))}
            />
          </span>
        </td>
      ))}
    </tr>
  )
}

/** As the server reads it: a resource that is not named is as its coarser one. */
export function actionsOf(value: Matrix, resource: Resource): readonly string[] {
  const own = value[resource]
  if (own !== undefined) return own
  const coarser = coarserOf(resource)
  return coarser === undefined ? [] : actionsOf(value, coarser)
}

function holds(value: Matrix, resource: Resource, action: Action): boolean {
  return actionsOf(value, resource).includes(action)
}

interface Turn {
  readonly resource: Resource
  readonly action: Action
  readonly isOn: boolean
}

/** Finer resources that followed this one keep what they had. */
export function turn(value: Matrix, { resource, action, isOn }: Turn): Matrix {
  const followers = RESOURCE_NAMES.filter(name => coarserOf(name) === resource && value[name] === undefined)
  const kept = Object.fromEntries(followers.map(name => [name, actionsOf(value, name)]))
  const before = actionsOf(value, resource).filter(other => other !== action)
  const next = ACTIONS.filter(other => before.includes(other) || (isOn && other === action))
  return { ...value, ...kept, [resource]: next }
}
