// The page behind an address that was given to somebody who is to answer: the question with its form, once; whoever comes later is told what was decided.
import type { IncomingMessage } from 'node:http'
import {
  escapeHtml,
  getTask,
  isMap,
  mapGet,
  markdownHtml,
  parseMarkdown,
  printValue,
  type TaskRun,
  type ValueMap,
} from '@batuta/core'
import type { LinkRow } from '../../storage/store.ts'
import type { HttpDependencies } from '../dependencies.ts'
import { getRunById } from '../executions/evaluate-expression.ts'
import { getExecution } from '../executions/read-execution.ts'
import { resumeExecution } from '../executions/resume-execution.ts'
import type { Reply } from '../reply.ts'
import { refusalOf } from '../request-error.ts'
import { newOriginCheck } from '../trusted-origin.ts'
import { asPage, seeOther } from './app-pages.ts'
import { decisionHtml } from './blocks-html.ts'
import { fieldsHtml, meantBy } from './fields-html.ts'
import { openLink } from './links.ts'
import { publicPage } from './public-frame.ts'
import { askedByRun } from './view-app.ts'

export interface ApprovalCall {
  readonly token: string
  readonly incoming: IncomingMessage
}

export interface ApprovalPages {
  show(call: ApprovalCall): Promise<Reply>
  answer(call: ApprovalCall): Promise<Reply>
}

const BY = 'a link'
const NO_INPUTS: ValueMap = {}

export function newApprovalPages(dependencies: HttpDependencies): ApprovalPages {
  const checkOrigin = newOriginCheck(dependencies.config)
  const open = async ({ token, incoming }: ApprovalCall): Promise<LinkRow> => {
    const { method = 'GET', headers } = incoming
    const foreign = checkOrigin({ method, headers })
    if (foreign) throw foreign
    return await openLink(token, '', dependencies)
  }
  return {
    show: call => asPage(async () => await showQuestion(await open(call), call.token, dependencies)),
    answer: call =>
      asPage(async () => {
        const link = await open(call)
        const { executionId, taskRunId } = link
        const query = taskRunId === '' ? {} : { taskRunId }
        try {
          await resumeExecution(
            { params: { executionId }, query, incoming: call.incoming, dialect: 'b', by: BY, meant: meantBy },
            dependencies,
          )
        } catch (error) {
          const { refusal } = refusalOf(error)
          // Somebody was quicker, or the form is not complete: the page says which.
          if (refusal.status !== 409 && refusal.status !== 422 && refusal.status !== 404) throw error
          return await showQuestion(link, call.token, dependencies, refusal.message)
        }
        return seeOther(`/ui/t/${call.token}`)
      }),
  }
}

async function showQuestion(
  { executionId, taskRunId }: LinkRow,
  token: string,
  dependencies: HttpDependencies,
  problem?: string,
): Promise<Reply> {
  const found = await getExecution(executionId, dependencies)
  const { state, plan } = found
  const run = taskRunId === '' ? undefined : getRunById(found, taskRunId)
  const isWaiting = run === undefined ? state.state === 'PAUSED' : run.state === 'PAUSED'
  const asked = isWaiting ? await askedByRun({ executionId, taskRunId, inputs: NO_INPUTS }, dependencies) : undefined
  const title = `${state.namespace} / ${state.flowId}`
  if (!asked) return decidedPage(title, run, problem !== undefined)
  const question = run && getTask(plan, run.task).task.description
  const fields = fieldsHtml(asked.perInput, { isTried: problem !== undefined })
  const told = problem === undefined ? '' : `<div class="alert danger" role="alert"><p>${escapeHtml(problem)}</p></div>`
  const comment = asked.isDecision
    ? '<div class="field"><label for="in-comment">Comment</label><textarea id="in-comment" name="comment"></textarea></div>'
    : ''
  const buttons = asked.isDecision
    ? `${decisionHtml('approve', 'Approve', 'success')}${decisionHtml('deny', 'Deny', 'plain')}`
    : '<button type="submit">Send the answer</button>'
  const body = `<h1>Your answer is awaited</h1>
<p class="hint">${escapeHtml(title)}</p>
${question === undefined ? '' : `<div class="prose">${markdownHtml(parseMarkdown(question))}</div>`}
<form method="post" action="/ui/t/${encodeURIComponent(token)}" enctype="multipart/form-data" novalidate>
${told}${fields}${comment}
<div class="buttons">${buttons}</div>
</form>`
  return publicPage({ title: 'Your answer is awaited', body, isLive: false, status: problem === undefined ? 200 : 422 })
}

/** Who has decided, when and what, as far as it is known. */
function decidedPage(title: string, run: TaskRun | undefined, isLate: boolean): Reply {
  const facts = decisionOf(run).map(([name, text]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd>`)
  const body = `<h1>This is already decided</h1>
<p class="hint">${escapeHtml(title)}</p>
${isLate ? '<p>Somebody was quicker: your answer was not taken.</p>' : '<p>Thank you. Nothing more is needed from you.</p>'}
${facts.length === 0 ? '' : `<dl class="facts">${facts.join('')}</dl>`}`
  return publicPage({ title: 'This is already decided', body, status: isLate ? 409 : 200 })
}

function decisionOf(run: TaskRun | undefined): readonly (readonly [string, string])[] {
  const outputs = run?.outputs
  if (!outputs) return []
  const resumed = mapGet(outputs, 'resumed')
  const from = resumed !== undefined && isMap(resumed) ? resumed : outputs
  const rows: (readonly [string, string])[] = []
  for (const [key, name] of [
    ['decision', 'Decision'],
    ['by', 'By'],
    ['on', 'At'],
    ['comment', 'Comment'],
  ] as const) {
    const value = mapGet(from, key)
    if (value !== undefined && value !== null) rows.push([name, momentOf(key, printValue(value))])
  }
  return rows
}

function momentOf(key: string, text: string): string {
  return key === 'on' ? `${text.slice(0, 19).replace('T', ' ')} UTC` : text
}
