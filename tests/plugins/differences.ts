// How the types of our plugins differ from the published ones, and why. `differences.test.ts` finds every difference by itself; `rendered x` is a
// property that we render and others take literally, `literal x` the other way round, `+x` and `-x` one more and one less, `anything x` one whose fields
// are told by others and not by us.

/** Types that nobody else publishes, by the reason. */
export const OUR_OWN: Readonly<Record<string, string>> = {
  'io.batuta.plugin.ai.completion.BatchCompletion': 'many items in one request of a provider',
  'io.batuta.plugin.core.pii.Mask': 'personal data in flows',
  'io.batuta.plugin.core.pii.PurgeTokens': 'personal data in flows',
  'io.batuta.plugin.core.pii.Unmask': 'personal data in flows',
  'io.batuta.plugin.core.trigger.TestSource': 'a source that the tests of triggers read',
  'io.kestra.plugin.core.flow.ForEachItem$ForEachItemMergeOutputs': 'an inner step, named as its task runs show it',
  'io.kestra.plugin.core.flow.ForEachItem$ForEachItemSplit': 'an inner step, named as its task runs show it',
  'io.kestra.plugin.core.flow.WorkingDirectory$Close': 'an inner step of ours',
  'io.kestra.plugin.core.flow.WorkingDirectory$Open': 'an inner step of ours',
  'io.kestra.plugin.core.metric.Publish': 'a core type that the list of types lacks',
}

export interface Difference {
  /** Without `io.kestra.plugin.`; `*` at the end stands for all that begin so. */
  readonly types: readonly string[]
  /** `*` at the end stands for all that begin so. */
  readonly differences: readonly string[]
  readonly because: string
}

export const DIFFERENCES: readonly Difference[] = [
  {
    types: ['git.Push*', 'git.Sync*'],
    differences: ['+output commitId', '+output commitURL', '+output dashboards', '+output files', '+output flows'],
    because: 'The list of types leaves out what these tasks are documented to give.',
  },
  {
    types: ['jdbc.duckdb.*', 'jdbc.sqlite.*'],
    differences: ['+output databaseUri', '+output outputFiles'],
    because:
      'The files that `outputDbFile` and `outputFiles` ask for have to be said somewhere; the list of types lacks them.',
  },
  {
    types: ['*'],
    differences: ['rendered *'],
    because: 'A literal means the same when it is rendered, and later versions render most of these properties, too.',
  },
  {
    types: ['*'],
    differences: ['anything docker', 'anything dockerOptions'],
    because: 'The older words for the Docker runner are read by that runner, which says what is wrong with them.',
  },
  {
    types: ['ai.*'],
    differences: [
      ...['anything auth', 'anything chatConfiguration', 'anything configuration', 'anything guardrails'],
      'anything skills',
    ],
    because: 'Parts that tools and agents share are rendered and judged where they are read.',
  },
  {
    types: ['ai.*'],
    differences: ['anything embeddingModelConfiguration', 'anything observability'],
    because: 'Accepted, so that flows stay valid, and not read: the titles say so.',
  },
  {
    types: ['ai.completion.ChatCompletion'],
    differences: ['+field messages.contentBlocks'],
    because: 'The blocks of a message, which the list of types has for single prompts only.',
  },
  {
    types: ['core.execution.Count', 'core.execution.PurgeExecutions'],
    differences: ['constants states'],
    because: 'Later versions have more states than the list of types: the server judges them.',
  },
  {
    types: ['ai.*', 'openai.*'],
    differences: ['+price', '+budget', '+personalData', '+output cost'],
    because: 'What a model may be told, and what it may cost, is said where it is called.',
  },
  {
    types: ['openai.*'],
    differences: ['+baseUrl'],
    because: 'Services that speak as OpenAI does are asked by the same tasks.',
  },
  {
    types: ['core.http.*'],
    differences: ['+params', '+allowFailed', 'deprecated sslOptions'],
    because:
      'The tasks share their options: query parameters apart from the address; the old `sslOptions` is read and said to be old.',
  },
  {
    types: ['core.http.SseRequest'],
    differences: ['+body', '+formData', '+contentType', '+sslOptions'],
    because: 'The same request as that of http.Request: streams that answer a POST (chat models) can be read.',
  },
  {
    types: ['core.execution.Kill'],
    differences: ['default propagateKill'],
    because: 'What an execution has started is killed with it everywhere else, so that nothing is left running.',
  },
  {
    types: ['core.flow.PurgeFlows'],
    differences: ['default behavior', 'default includeChildNamespaces'],
    because: 'The list of types knows this later type without defaults; these are those of the other purges.',
  },
  {
    types: ['core.kv.PurgeKV'],
    differences: ['deprecated expiredOnly'],
    because: '`behavior` took its place.',
  },
  {
    types: ['core.log.PurgeLogs'],
    differences: ['+executionId'],
    because: 'The published description names it; the list of types lacks it.',
  },
  {
    types: ['core.namespace.DeleteFiles'],
    differences: ['-output files'],
    because: 'It tells how many files are gone; what stood at their addresses can be read by nobody any more.',
  },
  {
    types: ['core.namespace.UploadFiles'],
    differences: ['-output files'],
    because: 'The recorded engine puts out nothing (storage-kv-files/working-directory-namespace-files).',
  },
  {
    types: ['core.storage.Split'],
    differences: ['+regexPattern'],
    because: 'Of a later version than the list of types.',
  },
  {
    types: ['dbt.cloud.*', 'fivetran.*'],
    differences: ['required baseUrl', 'required cause'],
    because: 'What has a default need not be written.',
  },
  {
    types: ['fivetran.connectors.Status'],
    differences: ['default freshnessBuffer'],
    because: 'The list of types has the name of a constant there, whose value is PT0S.',
  },
  {
    types: ['jira.issues.Create', 'jira.issues.CreateComment'],
    differences: ['+output id', '+output key', '+output issueIdOrKey', '+output url', '+output self'],
    because: 'Later versions give what they made.',
  },
  {
    types: ['jira.issues.CreateComment', 'jira.issues.UpdateFields'],
    differences: ['required projectKey', 'deprecated projectKey'],
    because: 'An issue that is there has its project; later versions take the property and do nothing with it.',
  },
  {
    types: ['jdbc.*'],
    differences: ['+autoCommit'],
    because: 'Older flows still say it.',
  },
  {
    types: ['scripts.runner.docker.Docker'],
    differences: ['+privileged', '+portBindings', '+wait', '+resume', '+killGracePeriod'],
    because: 'Of later versions than the list of types.',
  },
  {
    types: ['scripts.*', 'docker.cli.Compose'],
    differences: ['default warningOnStdErr'],
    because: 'What goes to the error stream of a script that ends with 0 is no warning in later versions.',
  },
  {
    types: ['scripts.deno.Commands', 'scripts.lua.Commands', 'scripts.perl.Commands'],
    differences: ['default commands'],
    because:
      'All languages share the property; those whose published description gives no default get the same empty list.',
  },
  {
    types: ['scripts.python.CommandsTrigger', 'scripts.python.ScriptTrigger'],
    differences: ['default exitCondition'],
    because:
      'The triggers of all languages share the property; the published description of these two gives no default.',
  },
]
