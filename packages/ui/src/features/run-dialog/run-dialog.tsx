// Starts a flow: its inputs, judged by the server while one types, and all that a start can carry.
import { Button } from '@mantine/core'
import { useEffect, useRef, useState, type ReactNode } from 'react'
import { useMay } from '../../lib/access/use-may.ts'
import { useGo } from '../../lib/link.tsx'
import { paths, type FlowRef } from '../../lib/paths.ts'
import { Dialog } from '../../widgets/dialog.tsx'
import { ErrorCard } from '../../widgets/error-card.tsx'
import { Kbd } from '../../widgets/kbd.tsx'
import { SkeletonRows } from '../../widgets/skeleton.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { tip } from '../../widgets/tooltip.ts'
import { InputForm } from '../input-form/input-form.tsx'
import {
  askedOf,
  checksOf,
  entriesFrom,
  fieldsOf,
  sentOf,
  type Entries,
  type Field,
} from '../input-form/input-fields.ts'
import { FillMenu } from './fill-menu.tsx'
import { t } from './messages.ts'
import { focusFirst, focusSummary, ProblemSummary } from './problem-summary.tsx'
import classes from './run-dialog.module.css'
import { RunExtras, NO_EXTRAS, type Extras } from './run-extras.tsx'
import { momentIn, parseLabels, type RunRequest } from './run-lines.ts'
import { refusalsOf, useFlow, useJudgement, useStart } from './use-run.ts'

export interface RunDialogProps {
  readonly flow: FlowRef
  /** What the address says of inputs. */
  readonly given: Readonly<Record<string, unknown>>
  readonly onClose: () => void
}

export function RunDialog({ flow, given, onClose }: RunDialogProps): ReactNode {
  const form = useRunForm(flow, given)
  const { document, request, judged, isTried, refusals, summary } = form
  const go = useGo()
  const [progress, setProgress] = useState<number>()
  const starting = useStart(setProgress)
  const missing = useMay()('EXECUTION:CREATE', flow.namespace)
  const why = missing ?? (document.data?.disabled === true ? t('disabled') : undefined)
  const run = (): void => {
    form.setTried(true)
    // What was typed last is judged first: the start waits for that, and is not refused for what is no longer so.
    if (form.isBehind && why === undefined) return form.wish(true)
    if (why !== undefined || starting.isPending || summary.length > 0) return form.showSummary()
    setProgress(undefined)
    starting.mutate(request, {
      onSuccess: execution => {
        showToast({ kind: 'success', text: t('started', { flow: flow.id }) })
        go(paths.execution(execution))
      },
      onError: error => {
        form.setRefusals(refusalsOf(error))
        form.showSummary()
      },
    })
  }
  useWished(form, run)
  const footer = (
    <>
      <span className={classes['checks']}>
        <Checks form={form} />
      </span>
      <Button onClick={onClose}>{t('cancel')}</Button>
      <Button
        variant="filled"
        onClick={run}
        loading={starting.isPending || form.isWished}
        aria-disabled={why !== undefined}
        {...(why === undefined ? {} : { ...tip(why), 'data-disabled': true })}
      >
        {request.scheduleDate === undefined ? t('run') : t('schedule')}
        <Kbd keys="mod+enter" isOnButton />
      </Button>
    </>
  )
  return (
    <Dialog title={t('title', { flow: flow.id })} size="large" onClose={onClose} footer={footer}>
      <div
        className={classes['content']}
        onKeyDown={event => {
          if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
          event.preventDefault()
          run()
        }}
      >
        <Head form={form} flow={flow} />
        {why !== undefined && <p className={classes['warning']}>{why}</p>}
        {progress !== undefined && starting.isPending && <Uploading part={progress} />}
        {starting.error && refusals.size === 0 ? <ErrorCard title={t('failed')} error={starting.error} /> : null}
        <ProblemSummary problems={isTried ? summary : []} />
        {judged.error ? <ErrorCard title={t('loadFailed')} error={judged.error} onRetry={judged.retry} /> : null}
        {missing === undefined && <Inputs form={form} />}
      </div>
    </Dialog>
  )
}

function Inputs({ form }: { readonly form: RunForm }): ReactNode {
  const { judged, fields, entries, isTried, refusals } = form
  return (
    <>
      {!judged.report && !judged.error && <SkeletonRows rows={4} />}
      {judged.report && fields.length === 0 && <p className={classes['muted']}>{t('noInputs')}</p>}
      <InputForm {...{ fields, entries, isTried, refusals }} onChange={form.change} />
      <RunExtras extras={form.extras} onChange={form.setExtras} request={form.request} />
    </>
  )
}

/** Starts what was asked for while the server was still judging. */
function useWished({ isWished, isBehind, wish }: RunForm, run: () => void): void {
  useEffect(() => {
    if (!isWished || isBehind) return
    wish(false)
    run()
  })
}

type RunForm = ReturnType<typeof useRunForm>

/** All that is typed into the dialog, and what the server says to it. */
function useRunForm(flow: FlowRef, given: Readonly<Record<string, unknown>>) {
  const document = useFlow(flow)
  const [entries, setEntries] = useState<Entries>(new Map())
  const [extras, setExtras] = useState<Extras>(NO_EXTRAS)
  const [isTried, setTried] = useState(false)
  const [isWished, wish] = useState(false)
  const [refusals, setRefusals] = useState<ReadonlyMap<string, string>>(new Map())
  const fields = useFields(flow, entries, extras.revision)
  const sent = sentOf(fields.fields, entries)
  const { labels, wrong } = parseLabels(extras.labels)
  const scheduleDate = momentIn(extras.at, extras.zone)
  const stops = extras.breakpoints.replace(/\s/g, '')
  const request: RunRequest = {
    flow,
    sent,
    fields: fields.fields,
    labels,
    ...(extras.revision === undefined ? {} : { revision: extras.revision }),
    ...(scheduleDate === undefined ? {} : { scheduleDate }),
    ...(stops === '' ? {} : { breakpoints: stops }),
  }
  const fill = (values: Readonly<Record<string, unknown>>): void => {
    setEntries(entriesFrom(values, fields.fields))
    setRefusals(new Map())
  }
  useFirst(fields.fields, () => {
    focusFirst()
    if (Object.keys(given).length > 0) fill(given)
  })
  return {
    document,
    judged: fields.judged,
    isBehind: fields.isBehind,
    isWished,
    wish,
    fields: fields.fields,
    entries,
    extras,
    setExtras,
    isTried,
    setTried,
    refusals,
    setRefusals,
    request,
    fill,
    summary: summaryOf(fields.fields, refusals, wrong),
    showSummary: (): void => void requestAnimationFrame(focusSummary),
    change: (id: string, entry: NonNullable<ReturnType<Entries['get']>>) => {
      setEntries(before => new Map(before).set(id, entry))
      setRefusals(before => new Map([...before].filter(([other]) => other !== id)))
    },
  }
}

interface KnownFields {
  readonly fields: readonly Field[]
  /** What they were read from. */
  readonly report: ReturnType<typeof useJudgement>['report']
}

/** The judgement is of the entries, and says which entries there can be. */
function useFields(flow: FlowRef, entries: Entries, revision: number | undefined) {
  const [known, setKnown] = useState<KnownFields>({ fields: [], report: undefined })
  const judged = useJudgement(flow, askedOf(sentOf(known.fields, entries)), revision)
  const { report, error } = judged
  useEffect(() => {
    if (report) setKnown({ fields: fieldsOf(report), report })
  }, [report])
  const isBehind = !error && (judged.isBehind || known.report !== report)
  return { fields: known.fields, judged, isBehind }
}

function useFirst(fields: readonly Field[], run: () => void): void {
  const isDone = useRef(false)
  useEffect(() => {
    if (isDone.current || fields.length === 0) return
    isDone.current = true
    run()
  })
}

export interface Problem {
  readonly id: string
  readonly label: string
  readonly message: string
}

function summaryOf(
  fields: readonly Field[],
  refusals: ReadonlyMap<string, string>,
  wrongLabel: string | undefined,
): readonly Problem[] {
  const ofFields = fields.flatMap(({ id, label, problems, isShown }) => {
    const message = isShown ? (problems[0] ?? refusals.get(id)) : undefined
    return message === undefined ? [] : [{ id, label, message }]
  })
  const known = new Set(fields.map(({ id }) => id))
  const others = [...refusals].filter(([id]) => !known.has(id)).map(([id, message]) => ({ id, label: id, message }))
  const label =
    wrongLabel === undefined
      ? []
      : [{ id: 'labels', label: t('labels'), message: t('labelsWrong', { text: wrongLabel }) }]
  return [...ofFields, ...others, ...label]
}

function Head({ form, flow }: { readonly form: RunForm; readonly flow: FlowRef }): ReactNode {
  const { data } = form.document
  return (
    <div className={classes['head']}>
      <span className={classes['muted']}>
        {flow.namespace} · {t('revision')} {form.extras.revision ?? data?.revision ?? '…'}
      </span>
      <FillMenu flow={flow} entries={form.entries} fields={form.fields} onFill={form.fill} />
    </div>
  )
}

/** What the checks of the flow say, and how many may run. */
function Checks({ form }: { readonly form: RunForm }): ReactNode {
  const checks = form.judged.report ? checksOf(form.judged.report) : []
  const concurrency: unknown =
    form.document.data && 'concurrency' in form.document.data ? form.document.data.concurrency : undefined
  const limit =
    typeof concurrency === 'object' && concurrency !== null && 'limit' in concurrency
      ? Number(concurrency.limit)
      : undefined
  return (
    <>
      {checks.map(({ message, isBlocking }) => (
        <span key={message} className={isBlocking ? classes['blocking'] : classes['muted']}>
          {message}
        </span>
      ))}
      {limit !== undefined && <span className={classes['muted']}>{t('slots', { limit })}</span>}
    </>
  )
}

function Uploading({ part }: { readonly part: number }): ReactNode {
  const text = t('uploading', { percent: Math.round(part * 100) })
  return (
    <div className={classes['uploading']} role="status">
      <span>{text}</span>
      <progress max={1} value={part} aria-label={text} />
    </div>
  )
}
