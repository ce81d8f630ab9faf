// How do I see it work, now?
import { Button } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { MayButton } from '../../lib/access/may-button.tsx'
import { Page } from '../../app/page.tsx'
import { hasPage } from '../../app/has-page.ts'
import { Link, useGo } from '../../lib/link.tsx'
import { paths } from '../../lib/paths.ts'
import { writeLocal } from '../../platform/local-store.ts'
import { CodeBlock } from '../../widgets/code-block.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Icon, type IconName } from '../../widgets/icon.tsx'
import { TUTORIAL, EXAMPLES, type Example } from './examples.ts'
import { SKIPPED } from './first-run.ts'
import { FlowSketch } from './flow-sketch.tsx'
import { t } from './messages.ts'
import { useProgress, useRunExample } from './use-tutorial.ts'
import classes from './welcome-page.module.css'

export function WelcomePage(): ReactNode {
  const run = useRunExample()
  const go = useGo()
  const [shown, setShown] = useState<Example | undefined>(undefined)
  const skip = (): void => {
    writeLocal(SKIPPED, 'true')
    go('/', { replace: true })
  }
  return (
    <Page
      title={t('title')}
      actions={
        <Button variant="subtle" color="gray" onClick={skip}>
          {t('skip')}
        </Button>
      }
    >
      <p className={classes['lead']}>{t('running', { host: location.host })}</p>
      {run.error && <ErrorCard title={t('failed')} error={run.error} />}
      <div className={classes['cards']}>
        {EXAMPLES.map(example => (
          <Card
            key={example.id}
            example={example}
            isRunning={run.isPending && run.variables.id === example.id}
            onRun={() => run.mutate(example)}
            onShow={() => setShown(example)}
          />
        ))}
      </div>
      <div className={classes['below']}>
        <Own />
        <Steps />
      </div>
      {shown && (
        <Dialog
          title={shown.name}
          onClose={() => setShown(undefined)}
          footer={
            <MayButton {...RUNS} variant="filled" leftSection={<Icon name="run" />} onClick={() => run.mutate(shown)}>
              {t('run')}
            </MayButton>
          }
        >
          <CodeBlock text={shown.source} label={t('code', { name: shown.name })} />
        </Dialog>
      )}
    </Page>
  )
}

/** It is saved first. */
const RUNS = { need: 'FLOW:CREATE', namespace: TUTORIAL } as const

interface CardProps {
  readonly example: Example
  readonly isRunning: boolean
  readonly onRun: () => void
  readonly onShow: () => void
}

function Card({ example, isRunning, onRun, onShow }: CardProps): ReactNode {
  const { name, text, sketch } = example
  return (
    <section className={classes['card']} aria-label={name}>
      <div className={classes['drawing']}>
        <FlowSketch sketch={sketch} />
      </div>
      <h2>{name}</h2>
      <p className={classes['text']}>{text}</p>
      <div className={classes['buttons']}>
        <MayButton
          {...RUNS}
          variant="filled"
          leftSection={<Icon name="run" />}
          loading={isRunning}
          aria-label={t('runNamed', { name })}
          onClick={onRun}
        >
          {t('run')}
        </MayButton>
        <Button variant="subtle" aria-label={t('viewNamed', { name })} onClick={onShow}>
          {t('view')}
        </Button>
      </div>
    </section>
  )
}

const WAYS: readonly { readonly to: string; readonly icon: IconName; readonly title: string }[] = [
  { to: paths.newFlow(), icon: 'edit', title: t('write') },
  { to: paths.blueprints(), icon: 'blueprint', title: t('openBlueprints') },
  { to: paths.flows(), icon: 'flow', title: t('openFlows') },
]

function Own(): ReactNode {
  const ways = WAYS.filter(({ to }) => hasPage(to))
  if (ways.length === 0) return null
  return (
    <section className={classes['panel']}>
      <h2>{t('or')}</h2>
      <ul className={classes['ways']}>
        {ways.map(({ to, icon, title }) => (
          <li key={to}>
            <Link to={to} className={classes['way']}>
              <Icon name={icon} />
              {title}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Steps(): ReactNode {
  const { hasRun, hasChanged, hasScheduled, hasReplayed } = useProgress()
  const steps = [
    [t('stepRun'), hasRun],
    [t('stepChange'), hasChanged],
    [t('stepSchedule'), hasScheduled],
    [t('stepReplay'), hasReplayed],
  ] as const
  return (
    <section className={classes['panel']}>
      <h2>{t('steps')}</h2>
      <ol className={classes['steps']}>
        {steps.map(([title, isDone]) => (
          <li key={title} className={isDone ? classes['done'] : undefined}>
            <span className={classes['mark']}>{isDone && <Icon name="check" size={14} />}</span>
            {title}
            <span className="visually-hidden">, {isDone ? t('done') : t('todo')}</span>
          </li>
        ))}
      </ol>
    </section>
  )
}
