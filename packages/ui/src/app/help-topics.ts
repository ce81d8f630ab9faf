// Help for each page: the question that it answers, and how one gets on. Shown in the drawer at the side, and found with `?` in the palette.
import { rankActions } from '../lib/rank-actions.ts'
import { paths } from '../lib/paths.ts'

export interface HelpTopic {
  readonly id: string
  readonly title: string
  /** What the page answers. */
  readonly question: string
  readonly points: readonly string[]
  /** Where it belongs to. */
  readonly path: RegExp
  readonly to: string
}

const FILTERS = [
  'The filter is one line: state:failed ns:company.* label.team:data -flow:nightly_* dur:>5m start:-24h "free text". A minus in front leaves out, a comma means or, * stands for anything.',
  'What is shown stands in the address: copy it, and somebody else sees the same. Save it under Views, for yourself or for everybody; a view can stand in the side bar.',
] as const

export const HELP_TOPICS: readonly HelpTopic[] = [
  {
    id: 'executions',
    title: 'Executions',
    question: 'What ran, what failed, what is slow?',
    points: [
      ...FILTERS,
      'Select rows with x, a range with Shift+x, all that match with the button above the list. What you do to them runs in the background: the bell shows how far it is, and lets you pause, cancel and undo it.',
      'Drag over the chart to narrow the time. Space shows an execution at the side.',
    ],
    path: /^\/executions$/,
    to: paths.executions(),
  },
  {
    id: 'execution',
    title: 'An execution',
    question: 'What happened, why, and what now?',
    points: [
      'A failed one opens on its failure: the whole message, the line of the flow, the last lines of the log. Replay starts again from a task, as an execution of its own; restart goes on in the same one.',
      'The chart shows every task run in time. Loops are folded: the histogram opens the iteration that you want. Debug walks through what happened, event by event.',
      'Compare puts it beside another one and names the first difference.',
    ],
    path: /^\/executions\/.+/,
    to: paths.executions(),
  },
  {
    id: 'flows',
    title: 'Flows',
    question: 'What is there, and how is it doing?',
    points: [
      'Each row shows the last runs as bars: the higher, the longer it took. Click one to open it.',
      'A flow is a YAML file. Import takes .yaml and .zip files; export gives them back as they were written.',
      ...FILTERS,
    ],
    path: /^\/flows$/,
    to: paths.flows(),
  },
  {
    id: 'flow',
    title: 'A flow',
    question: 'How has it been doing, and what does it do?',
    points: [
      'Code, form and drawing are one document: what you change in one is in the others at once, comments and order stay.',
      'Each save is a revision; two of them can be compared and an older one restored. When somebody else has saved meanwhile, both changes are shown and nothing is lost.',
      'A disabled flow starts nothing by itself. A deleted one keeps its executions and can be brought back.',
    ],
    path: /^\/flows\/.+/,
    to: paths.flows(),
  },
  {
    id: 'logs',
    title: 'Logs',
    question: 'Who said what, and when?',
    points: [
      'Lines of all executions, the latest first. level:error narrows by level; free words look for text.',
      ...FILTERS,
    ],
    path: /^\/logs/,
    to: paths.logs(),
  },
  {
    id: 'home',
    title: 'Home',
    question: 'Does anything need me?',
    points: [
      'What waits for you, what failed, what runs now and what comes next. Each figure leads to the list behind it.',
    ],
    path: /^\/dashboards/,
    to: paths.home(),
  },
  {
    id: 'triggers',
    title: 'Triggers',
    question: 'Why did it run, and why not?',
    points: [
      'Each trigger tells when it fires next, and why it started nothing. The simulator shows the next dates of a schedule with holidays and changes of the clock.',
      'A backfill runs a schedule over a time that has passed.',
    ],
    path: /^\/admin\/triggers/,
    to: paths.triggers(),
  },
  {
    id: 'calendar',
    title: 'Calendar',
    question: 'What ran, and what is planned?',
    points: [
      'Past runs are counted, future ones are computed as the scheduler computes them. Click a day to see its hours.',
    ],
    path: /^\/calendar/,
    to: paths.calendar(),
  },
  {
    id: 'inbox',
    title: 'Inbox',
    question: 'What waits for a decision?',
    points: [
      'Executions that are paused, with the form that each asks to be filled in. After your answer the execution goes on.',
    ],
    path: /^\/inbox/,
    to: paths.inbox(),
  },
  {
    id: 'namespaces',
    title: 'Namespaces',
    question: 'What belongs together, and what do flows share?',
    points: [
      'Variables, plugin defaults, keys, secrets and limits are inherited: company.team has what company has, and may say otherwise.',
    ],
    path: /^\/namespaces/,
    to: paths.namespaces(),
  },
  {
    id: 'keys',
    title: 'KV store',
    question: 'What do flows remember?',
    points: [
      'Values with a type, versions and, if you like, an end. Flows read them with kv("name"), from their namespace and those above it.',
    ],
    path: /^\/kv/,
    to: paths.keys(),
  },
  {
    id: 'secrets',
    title: 'Secrets',
    question: 'What must nobody read?',
    points: [
      'They are written and replaced, never shown again. Flows read them with secret("NAME"); logs and outputs hide them.',
    ],
    path: /^\/secrets/,
    to: paths.secrets(),
  },
  {
    id: 'expressions',
    title: 'Expressions',
    question: 'What does this expression come to?',
    points: [
      'Try one over values that you write, or over an execution. The palette does the same in one line: = 1 + 1.',
    ],
    path: /^\/expressions/,
    to: paths.expressions(),
  },
  {
    id: 'plugins',
    title: 'Plugins',
    question: 'What can a task do?',
    points: ['Every type with its properties, outputs and examples. An example opens as a flow that you can run.'],
    path: /^\/plugins/,
    to: paths.plugins(),
  },
  {
    id: 'preferences',
    title: 'Preferences',
    question: 'How should the page behave for you?',
    points: [
      'Choices apply at once and are kept on the server: another browser shows the same. Single-letter shortcuts can be switched off.',
    ],
    path: /^\/(preferences|settings)/,
    to: paths.preferences(),
  },
]

const GENERAL: HelpTopic = {
  id: 'general',
  title: 'Batuta',
  question: 'How do I get on?',
  points: [
    'Ctrl+K finds everything and does everything: type what you want. ? shows all shortcuts.',
    'Every list can be filtered, saved as a view and copied as a link. The star keeps an address in the side bar.',
  ],
  path: /^/,
  to: '/',
}

export function topicOf(path: string): HelpTopic {
  return HELP_TOPICS.find(topic => topic.path.test(path)) ?? GENERAL
}

export function findTopics(text: string): readonly HelpTopic[] {
  const ranked = rankActions(
    HELP_TOPICS.map(topic => ({
      topic,
      title: topic.title,
      section: '',
      words: `${topic.question} ${topic.points.join(' ')}`,
    })),
    text,
  )
  return ranked.map(({ topic }) => topic)
}
