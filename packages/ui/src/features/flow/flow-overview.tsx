import type { ReactNode } from 'react'
import { Link } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { FlowGrid } from './flow-grid.tsx'
import classes from './flow-page.module.css'
import { t } from './messages.ts'
import { useDependencies, type FlowDocument, type Neighbours } from './use-flow.ts'

export function FlowOverview({ flow }: { readonly flow: FlowDocument }): ReactNode {
  return (
    <div className={classes['columns']}>
      <section className={classes['card']} aria-labelledby="grid-title">
        <div className={classes['cardHead']}>
          <h2 id="grid-title">{t('grid')}</h2>
          <span className={classes['hint']}>{t('gridKeys')}</span>
        </div>
        <FlowGrid flow={flow} />
      </section>
      <div className={classes['side']}>
        {flow.description !== undefined && flow.description.trim() !== '' && (
          <section className={classes['card']}>
            <div className={classes['cardHead']}>
              <h2>{t('description')}</h2>
            </div>
            <p className={classes['about']}>{flow.description.trim()}</p>
          </section>
        )}
        <Facts flow={flow} />
      </div>
    </div>
  )
}

function Facts({ flow }: { readonly flow: FlowDocument }): ReactNode {
  const { data: neighbours } = useDependencies(flow, false)
  const labels = flow.labels ?? []
  return (
    <section className={classes['card']}>
      <div className={classes['cardHead']}>
        <h2>{t('facts')}</h2>
      </div>
      <dl className={classes['list']}>
        <dt>{t('namespace')}</dt>
        <dd>{flow.namespace}</dd>
        {flow.updated !== undefined && (
          <>
            <dt>{t('updated')}</dt>
            <dd>
              <Timestamp atMs={Date.parse(flow.updated)} isRelative />
            </dd>
          </>
        )}
        {labels.length > 0 && (
          <>
            <dt>{t('labels')}</dt>
            <dd className={classes['labels']}>
              {labels.map(({ key, value }) => (
                <span key={key} className={classes['label']}>
                  {key}:{value}
                </span>
              ))}
            </dd>
          </>
        )}
        <Values title={t('inputs')} values={flow.inputs ?? []} isInput />
        <Values title={t('outputs')} values={flow.outputs ?? []} />
        {neighbours && <Called flow={flow} neighbours={neighbours} />}
      </dl>
    </section>
  )
}

interface ValuesProps {
  readonly title: string
  readonly values: readonly Readonly<Record<string, unknown>>[]
  readonly isInput?: boolean
}

function Values({ title, values, isInput = false }: ValuesProps): ReactNode {
  if (values.length === 0) return null
  return (
    <>
      <dt>{title}</dt>
      <dd>
        <ul className={classes['names']}>
          {values.map(({ id, type, required, defaults }) => (
            <li key={String(id)}>
              {String(id)}{' '}
              <span className={classes['type']}>
                {String(type ?? '')}
                {isInput && required !== false && defaults === undefined && ` · ${t('required')}`}
              </span>
            </li>
          ))}
        </ul>
      </dd>
    </>
  )
}

function Called({ flow, neighbours }: { readonly flow: FlowDocument; readonly neighbours: Neighbours }): ReactNode {
  const own = neighbours.nodes.find(({ namespace, id }) => namespace === flow.namespace && id === flow.id)?.uid
  const by = neighbours.edges.filter(({ target }) => target === own).map(({ source }) => source)
  const to = neighbours.edges.filter(({ source }) => source === own).map(({ target }) => target)
  return (
    <>
      <FlowLinks title={t('calledBy')} uids={by} neighbours={neighbours} />
      <FlowLinks title={t('calls')} uids={to} neighbours={neighbours} />
    </>
  )
}

interface FlowLinksProps {
  readonly title: string
  readonly uids: readonly string[]
  readonly neighbours: Neighbours
}

function FlowLinks({ title, uids, neighbours }: FlowLinksProps): ReactNode {
  const flows = neighbours.nodes.filter(({ uid }) => uids.includes(uid))
  if (flows.length === 0) return null
  return (
    <>
      <dt>{title}</dt>
      <dd>
        <ul className={classes['names']}>
          {flows.map(flow => (
            <li key={flow.uid}>
              <Link to={paths.flow(flow)}>{flow.id}</Link> <span className={classes['type']}>{flow.namespace}</span>
            </li>
          ))}
        </ul>
      </dd>
    </>
  )
}
