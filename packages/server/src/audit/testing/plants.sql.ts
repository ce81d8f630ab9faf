// Lies told to a database that was sound, at least one per invariant that can be judged: the audit must name each, and whom it is about.
import { decodeEvents, encodeEvents, mapFrom, mapGet, type Event } from '@batuta/core'
import type { AuditOptions } from '../audit.ts'
import type { InvariantId } from '../findings.ts'
import type { MixedLoad } from './mixed-load.ts'

export type RunSql = (
  statement: string,
  ...values: readonly (string | number | null)[]
) => Promise<readonly Record<string, unknown>[]>

export interface Plant {
  readonly kinds: readonly ('sqlite' | 'postgres')[]
  readonly invariant: InvariantId
  readonly what: string
  /** What the finding says. */
  readonly says: RegExp
  readonly options?: AuditOptions
  /** Tells the lie; returns whom the finding must name. */
  plant(place: PlantPlace): Promise<string>
}

export class PlantPlace {
  readonly run: RunSql
  readonly #load: MixedLoad

  constructor(run: RunSql, load: MixedLoad) {
    this.run = run
    this.#load = load
  }

  /** An execution of the flow. */
  of(flowId: string): string {
    const id = this.#load.ids[flowId]?.at(-1)
    if (id === undefined) throw new Error(`nothing was started of "${flowId}"`)
    return id
  }

  async edit(
    id: string,
    turn: 'first' | 'last',
    change: (events: readonly Event[]) => readonly Event[],
  ): Promise<string> {
    const rows = await this.run(
      'select turn, version, at_ms, events from journal where execution_id = $1 order by turn',
      id,
    )
    const row = rows.at(turn === 'first' ? 0 : -1)
    const number = Number(row?.['turn'])
    const events = decodeEvents({ turn: number, version: 1, atMs: 0, events: String(row?.['events']) })
    await this.#write(id, number, encodeEvents(change(events)))
    return id
  }

  /** Changes every event of a journal that it is given. */
  async editAll(id: string, change: (event: Event) => readonly Event[]): Promise<string> {
    for (const row of await this.run('select turn, events from journal where execution_id = $1 order by turn', id)) {
      const number = Number(row['turn'])
      const events = decodeEvents({ turn: number, version: 1, atMs: 0, events: String(row['events']) })
      await this.#write(id, number, encodeEvents(events.flatMap(change)))
    }
    return id
  }

  append(id: string, ...events: readonly Event[]): Promise<string> {
    return this.edit(id, 'last', before => [...before, ...events])
  }

  async #write(id: string, turn: number, events: string): Promise<void> {
    await this.run('update journal set events = $1 where execution_id = $2 and turn = $3', events, id, turn)
  }
}

const BOTH = ['sqlite', 'postgres'] as const
const GONE = 'ZZZZZZZZZZZZZZZZZZZZZZ'
const KILL: readonly Event[] = [{ type: 'kill-requested' }, { type: 'moved', to: 'KILLING' }]
const INSERT_JOB = `insert into jobs (execution_id, run, epoch, shard, queue, rank, node, incarnation, claimed_ms, payload)
  values ($1, $2, $3, 0, 'default', 1, null, null, null, '{}')`

export const PLANTS: readonly Plant[] = [
  plant('I1', 'an execution that was acknowledged is gone', /not there/, async () => GONE, { acknowledged: [GONE] }),
  plant('I2', 'an event after the end', /has ended/, place =>
    place.append(place.of('inline'), { type: 'outputs', outputs: {} }),
  ),
  plant('I2', 'going on of its own accord after the end', /after its end/, place =>
    place.append(place.of('inline'), { type: 'moved', to: 'RUNNING' }),
  ),
  plant('I3', 'a move that is not in the table', /cannot go RUNNING → QUEUED/, place =>
    place.append(place.of('waiting'), { type: 'moved', to: 'QUEUED' }),
  ),
  plant('I3', 'a move of a run that is not in the table', /cannot go SUBMITTED → PAUSED/, place =>
    place.append(place.of('waiting'), { type: 'run-moved', run: 0, to: 'PAUSED' }),
  ),
  plant('I4', 'two results of one attempt', /nobody waits/, place =>
    place.editAll(place.of('job'), event => (event.type === 'attempt-settled' ? [event, event] : [event])),
  ),
  plant('I4', 'a hole in the epochs', /epoch 3 follows epoch 0/, place =>
    place.editAll(place.of('waiting'), event => [event.type === 'job-sent' ? { ...event, epoch: 3 } : event]),
  ),
  plant('I4', 'a job that nobody waits for', /epoch 7, that nobody waits for/, async place => {
    await place.run(INSERT_JOB, place.of('waiting'), 0, 7)
    return place.of('waiting')
  }),
  plant('I5', 'a task that starts before the one it follows has ended', /the task before it is SUBMITTED/, place =>
    place.append(place.of('waiting'), { type: 'run-created', run: 1, task: 0, parent: -1, lane: 0 }),
  ),
  plant('I6', 'a timer of what has ended', /its timer "retry:0" is still there/, async place => {
    await place.run(
      `insert into timers (execution_id, name, shard, at_ms) values ($1, 'retry:0', 0, 1)`,
      place.of('job'),
    )
    return place.of('job')
  }),
  plant('I6', 'a job of what has ended', /the job of run 0, epoch 1 is still there/, async place => {
    await place.run(INSERT_JOB, place.of('job'), 0, 1)
    return place.of('job')
  }),
  plant('I6', 'an end while a job is out', /jobs are out/, place =>
    place.append(
      place.of('waiting'),
      { type: 'moved', to: 'SUCCESS' },
      { type: 'phase-entered', run: -1, phase: 'ended' },
    ),
  ),
  plant('I7', 'one more that holds a place than may', /beside 1 others, and 1 may/, async place => {
    await place.run('update limit_members set is_holding = 1 where execution_id = $1', place.of('limited'))
    return place.of('limited')
  }),
  plant('I7', 'a place of what has ended', /keeps a place/, async place => {
    await place.run(
      `insert into limit_members (limit_key, execution_id, is_holding, rank, share, keys) values ('flow/main/test/job', $1, 1, 1, 'f', '[]')`,
      place.of('job'),
    )
    return place.of('job')
  }),
  plant('I8', 'one that waits while a place is free', /one is free/, async place => {
    await place.run('delete from limit_members where is_holding = 1')
    return place.of('limited')
  }),
  plant('I9', 'a tick that fired twice', /had fired already/, async place => {
    const [first, second] = await scheduled(place)
    let date = ''
    await place.edit(first, 'first', events => {
      date = dateOf(events)
      return events
    })
    return await place.edit(second, 'first', events => withDate(events, date))
  }),
  plant('I9', 'a tick that is no date of the schedule', /no date of the schedule/, async place => {
    const [first] = await scheduled(place)
    return await place.edit(first, 'first', events => withDate(events, '2030-01-01T00:00:30Z'))
  }),
  plant('I9', 'a cursor that stands still', /not after the last one that fired/, async place => {
    await place.run('update triggers set next_ms = last_ms')
    return 'test.scheduled/every'
  }),
  plant(
    'I11',
    'a state in the row that is not that of the journal',
    /has state "WARNING", its journal "SUCCESS"/,
    place => head(place, 'inline', "state = 'WARNING'"),
  ),
  plant('I11', 'a row that waits for what its journal does not', /waits for child, its journal for job/, place =>
    head(place, 'waiting', "waits_for = 'child'"),
  ),
  plant('I11', 'a hole in the turns', /its journal has a gap/, async place => {
    await place.run('update journal set turn = turn + 5 where execution_id = $1 and turn > 1', place.of('job'))
    return place.of('job')
  }),
  plant('I11', 'a journal without a row', /a journal and no row/, async place => {
    await place.run('delete from executions where id = $1', place.of('inline'))
    return place.of('inline')
  }),
  plant('I11', 'a row without a journal', /a row and no journal/, async place => {
    await place.run('delete from journal where execution_id = $1', place.of('inline'))
    return place.of('inline')
  }),
  plant('I11', 'a label without a row', /its label "team: data" has no row/, async place => {
    await place.run('delete from execution_labels where execution_id = $1', place.of('inline'))
    return place.of('inline')
  }),
  plant('I11', 'a revision that is not there', /which it runs, is not there/, async place => {
    await place.run("delete from flows where id = 'loop'")
    return place.of('loop')
  }),
  plant('I11', 'a journal that cannot be read', /cannot be read/, async place => {
    await place.run('update journal set events = \'[["no-such-event"]]\' where execution_id = $1', place.of('inline'))
    return place.of('inline')
  }),
  {
    ...plant('I12', 'a job of an incarnation that is gone', /which is gone/, async place => {
      await place.run('update jobs set incarnation = 99 where execution_id = $1', place.of('waiting'))
      return place.of('waiting')
    }),
    kinds: ['sqlite'],
    options: { isServed: true, lookAgainMs: 0 },
  },
  {
    ...plant('I12', 'a job of a node whose lease is over', /which is gone/, async place => {
      await place.run("update nodes set lease_until = clock_timestamp() - interval '5 minutes'")
      await place.run(
        `insert into nodes (id, incarnation, flush_seq, high_water_ms, lease_until, roles)
         values ('other', 1, 0, 0, clock_timestamp() + interval '5 minutes', '{engine}')`,
      )
      return place.of('waiting')
    }),
    kinds: ['postgres'],
    options: { lookAgainMs: 0 },
  },
  plant('I14', 'a line that is not whole', /is not whole/, async place => {
    await place.run(`update logs set lines = '[{"atMs":1}]' where execution_id = $1`, place.of('inline'))
    return place.of('inline')
  }),
  plant('I14', 'a level that its lines do not have', /says level 4, its lines reach 2/, async place => {
    await place.run('update logs set level_max = 4 where execution_id = $1', place.of('inline'))
    return place.of('inline')
  }),
  plant(
    'I15',
    'a file that is not there',
    /is not in the storage/,
    place => {
      const id = place.of('job')
      const outputs = mapFrom([['uri', `kestra:///test/job/executions/${id}/tasks/a/x.txt`]])
      return place.editAll(id, event => [event.type === 'attempt-settled' ? { ...event, outputs } : event])
    },
    { hasFile: async () => false },
  ),
  plant('I16', 'a start after the kill', /the execution is being killed/, place =>
    place.append(place.of('waiting'), ...KILL, { type: 'run-created', run: 1, task: 0, parent: -1, lane: 0 }),
  ),
  plant('I16', 'a job that the kill did not reach', /may still be started/, place =>
    place.append(place.of('waiting'), ...KILL),
  ),
  plant('I17', 'a child that ended and did not tell', /was never told/, async place => {
    await place.run(
      "update executions set state = 'SUCCESS', waits_for = null, end_ms = created_ms where parent_id = $1",
      place.of('waiting-parent'),
    )
    return place.of('waiting-parent')
  }),
  plant('I17', 'a child that told twice', /heard of before/, place =>
    place.editAll(place.of('parent'), event => (event.type === 'child-ended' ? [event, event] : [event])),
  ),
  plant(
    'I18',
    'a secret in the log',
    /its log holds the text of the secret SECRET_DOOR/,
    async place => {
      await place.run(
        "update logs set lines = replace(lines, 'hello', 'open sesame') where execution_id = $1",
        place.of('inline'),
      )
      return place.of('inline')
    },
    { secrets: [{ name: 'SECRET_DOOR', text: 'open sesame' }] },
  ),
  plant('I19', 'a row in which nothing happened', /nothing happened/, async place => {
    await place.run("update journal set events = '[]' where execution_id = $1 and turn = 2", place.of('job'))
    return place.of('job')
  }),
  plant('I21', 'a job that got lost', /waits for the job of run 0, epoch 1, which is not there/, async place => {
    await place.run('delete from jobs where execution_id = $1', place.of('waiting'))
    return place.of('waiting')
  }),
  plant('I21', 'a timer that got lost', /it would never fire/, async place => {
    await place.run('delete from timers where execution_id = $1', place.of('patient'))
    return place.of('patient')
  }),
  {
    ...plant('I21', 'a timer that is due and does not fire', /was due at 1970-01-01T00:00:00.001Z/, async place => {
      await place.run('update timers set at_ms = 1 where execution_id = $1', place.of('patient'))
      return place.of('patient')
    }),
    kinds: ['sqlite'],
    options: { isServed: true, lookAgainMs: 0 },
  },
  {
    ...plant('I21', 'a schedule that does not fire', /did not fire, and an engine runs/, async place => {
      await place.run('update triggers set next_ms = 1')
      return 'test.scheduled/every'
    }),
    kinds: ['sqlite'],
    options: { isServed: true, lookAgainMs: 0 },
  },
  plant('I21', 'a child that is not there', /which does not exist/, async place => {
    await place.run('delete from executions where parent_id = $1', place.of('waiting-parent'))
    return place.of('waiting-parent')
  }),
  plant('I22', 'a hold without a cause', /its journal tells no reason/, place =>
    head(place, 'waiting', "waits_for = 'human'"),
  ),
  plant('I22', 'a hold with an empty cause', /holds it without a reason/, place =>
    place.editAll(place.of('poisoned'), event => [event.type === 'held' ? { ...event, reason: ' ' } : event]),
  ),
]

function plant(
  invariant: InvariantId,
  what: string,
  says: RegExp,
  ...[act, options]: readonly [Plant['plant'], AuditOptions?]
): Plant {
  return { kinds: BOTH, invariant, what, says, plant: act, ...(options ? { options } : {}) }
}

async function head(place: PlantPlace, flowId: string, change: string): Promise<string> {
  await place.run(`update executions set ${change} where id = $1`, place.of(flowId))
  return place.of(flowId)
}

async function scheduled(place: PlantPlace): Promise<readonly [string, string]> {
  const rows = await place.run("select id from executions where flow_id = 'scheduled' order by id")
  return [String(rows[0]?.['id']), String(rows[1]?.['id'])]
}

function dateOf(events: readonly Event[]): string {
  const [birth] = events
  return birth?.type === 'created' && birth.trigger ? String(mapGet(birth.trigger.variables, 'date')) : ''
}

function withDate(events: readonly Event[], date: string): readonly Event[] {
  return events.map(event =>
    event.type === 'created' && event.trigger
      ? { ...event, trigger: { ...event.trigger, variables: mapFrom([['date', date]]) } }
      : event,
  )
}
