// What is known about types beside `plugins.types.json`: properties that core types got in later versions, and a few types it lacks.
// `name*` is required, `name~` is rendered, `name!` is deprecated.

export const ADDED_PROPERTIES: Readonly<Record<string, string>> = {
  'flow.Dag': 'onChildFailure:string',
  'flow.EachParallel': '',
  'flow.ForEachItem': 'restartBehavior:enum RETRY_FAILED|NEW_EXECUTION',
  'flow.Parallel': 'onChildFailure:string',
  'flow.Pause': 'pauseDuration~:duration, behavior~:enum RESUME|WARN|FAIL|CANCEL, onPause:Task, delay~!:duration',
  'flow.Subflow': 'restartBehavior:enum RETRY_FAILED|NEW_EXECUTION',
  'flow.Loop': 'breakWhen~:string',
  'flow.Approval': 'timeout~:duration',
  'execution.Exit': 'state:enum SUCCESS|WARNING|KILLED|FAILED|CANCELLED',
  'execution.Kill': 'executionId~:string',
  'execution.PurgeExecutions': 'batchSize:int, executionId~:string',
  'execution.Resume': 'taskRunId~:string',
  'http.Download': 'saveAs~:string',
  'kv.Set': 'kvDescription~:string',
  'namespace.DeleteFiles': 'deleteParentFolder~:bool',
  'trigger.Flow': 'dependsOn:any, mode:enum ALL|ANY|AT_LEAST, minSatisfied:int, window:any, onMiss:any',
  'trigger.Schedule': 'scheduleConditions!:Condition[], backfill!:map<any>',
  'trigger.Webhook':
    'inputs~:map<any>, wait:bool, returnOutputs:bool, responseContentType:string, responseCode:int, fetchType:enum FETCH|STORE, signature:WebhookSignature{preset*, secret*, tolerance, header, prefix, algorithm, encoding, timestampHeader}',
}

export interface AddedType {
  readonly type: string
  readonly kind: string
  readonly properties: string
  readonly outputs: string
}

export const ADDED_TYPES: readonly AddedType[] = [
  {
    type: 'execution.UnsetVariables',
    kind: 'execution-updating task',
    properties: 'variables*~:string[], ignoreMissing~:bool',
    outputs: '',
  },
  {
    type: 'flow.Wait',
    kind: 'flowable task',
    properties: 'pauseDuration~:duration, duration~:duration, behavior~:enum RESUME|WARN|FAIL|CANCEL',
    outputs: '',
  },
  {
    type: 'flow.PurgeFlows',
    kind: 'task',
    properties:
      'namespaces~:string[], namespacePattern~:string, includeChildNamespaces~:bool, flowPattern~:string, behavior:any',
    outputs: 'size:int',
  },
  {
    type: 'trigger.BatchWebhook',
    kind: 'trigger',
    properties: 'key*~:string, inputs~:map<any>, wait:bool, returnOutputs:bool',
    outputs: '',
  },
]

/** Old name → current name, where the list of types does not say so itself. Both without `io.kestra.plugin.core.` unless complete. */
export const ADDED_ALIASES: Readonly<Record<string, string>> = {
  'flow.Flow': 'flow.Subflow',
  'flow.WaitFor': 'flow.LoopUntil',
  'io.kestra.core.tasks.flows.WaitFor': 'flow.LoopUntil',
  'condition.VariableCondition': 'condition.Expression',
  'condition.FlowConditionCondition': 'condition.FlowCondition',
  'runner.ProcessTaskRunner': 'runner.Process',
  'io.kestra.plugin.ee.aws.runner.Batch': 'io.kestra.plugin.aws.runner.Batch',
  'io.kestra.plugin.aws.runner.AwsBatchTaskRunner': 'io.kestra.plugin.aws.runner.Batch',
  'io.kestra.plugin.ee.azure.runner.Batch': 'io.kestra.plugin.azure.runner.Batch',
  'io.kestra.plugin.azure.runner.AzureBatchTaskRunner': 'io.kestra.plugin.azure.runner.Batch',
  'io.kestra.plugin.ee.gcp.runner.Batch': 'io.kestra.plugin.gcp.runner.Batch',
  'io.kestra.plugin.gcp.runner.GcpBatchTaskRunner': 'io.kestra.plugin.gcp.runner.Batch',
  'io.kestra.plugin.ee.gcp.runner.CloudRun': 'io.kestra.plugin.gcp.runner.CloudRun',
  'io.kestra.plugin.gcp.runner.GcpCloudRunTaskRunner': 'io.kestra.plugin.gcp.runner.CloudRun',
  'io.kestra.plugin.ee.kubernetes.runner.Kubernetes': 'io.kestra.plugin.kubernetes.runner.Kubernetes',
  'io.kestra.plugin.kubernetes.runner.KubernetesTaskRunner': 'io.kestra.plugin.kubernetes.runner.Kubernetes',
  'io.kestra.plugin.scripts.runner.docker.DockerTaskRunner': 'io.kestra.plugin.scripts.runner.docker.Docker',
  'io.kestra.plugin.ai.tool.KestraFlowCalling': 'io.kestra.plugin.ai.tool.KestraFlow',
  'io.kestra.plugin.ai.tool.KestraTaskCalling': 'io.kestra.plugin.ai.tool.KestraTask',
  'io.kestra.plugin.segment.reverseetl.Sync': 'io.kestra.plugin.twilio.segment.reverseetl.Sync',
  'io.kestra.plugin.slack.notifications.SlackExecution': 'io.kestra.plugin.slack.SlackExecution',
  'io.kestra.plugin.slack.notifications.SlackIncomingWebhook': 'io.kestra.plugin.slack.SlackIncomingWebhook',
}

/** Older names that are listed for two types, by the one that they never meant. */
export const WRONG_ALIASES: Readonly<Record<string, string>> = {
  'io.kestra.plugin.twilio.segment.reverseetl.Sync': 'io.kestra.plugin.segment.reverseetl.Status',
}

/** Listed as types of their own, but only old names of others, or bases that nobody may write. */
export const NOT_TYPES: readonly string[] = [
  'io.kestra.plugin.core.flow.WaitFor',
  'io.kestra.core.models.triggers.AbstractTriggerForExecution',
  'io.kestra.plugin.ai.tool.KestraFlowCalling',
  'io.kestra.plugin.ai.tool.KestraTaskCalling',
]
