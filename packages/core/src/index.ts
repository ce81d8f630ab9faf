export { AssertionError, assert, unreachable } from './std/assert.ts'
export { decodeBase64, encodeBase64 } from './std/base64.ts'
export { BatutaError, ERROR_CODES, ExpressionError } from './std/errors.ts'
export type { ErrorCode, ExpressionErrorDetails, ExpressionErrorKind } from './std/errors.ts'
export {
  Bytes,
  DateTime,
  Decimal,
  Double,
  Float,
  isInteger,
  isList,
  isMap,
  isNumber,
  isTruthyText,
  mapEntries,
  someValue,
  isEmptyMap,
  mapFrom,
  mapGet,
  mapHas,
  mapKeys,
  mapSize,
  toDouble,
  toInteger,
} from './std/value.ts'
export type { DateTimeType, Value, ValueMap } from './std/value.ts'
export { decodeFirstValue, decodeValue, encodeValue } from './std/value-json.ts'
export { fromPlain, toPlain } from './std/value-plain.ts'
export { jsonText, plainText, printValue } from './std/value-text.ts'
export { Asked } from './expression/asked.ts'
export type { Request } from './expression/asked.ts'
export { expressionCatalogue } from './expression/catalogue.ts'
export type { CatalogueEntry } from './expression/catalogue.ts'
export { checkTemplate, divergesBetweenDialects } from './expression/check.ts'
export type { TemplateFinding } from './expression/check.ts'
export type { Need } from './expression/definition.ts'
export { Fuel } from './expression/fuel.ts'
export type { FuelLimits } from './expression/fuel.ts'
export { readIon } from './expression/ion/read-ion.ts'
export { javaClassName } from './expression/java-class.ts'
export { evaluateAsync, renderAsync } from './expression/render-async.ts'
export type { Ask, Renderable } from './expression/render-async.ts'
export { compileDeep, renderDeep } from './expression/render-deep.ts'
export type { CompiledValue, DeepOptions } from './expression/render-deep.ts'
export type { Scope } from './expression/scope.ts'
export { compileTemplate, renderRecursively } from './expression/template.ts'
export type { CompileOptions, CompiledTemplate } from './expression/template.ts'
export { formatDuration, parseDuration } from './std/duration.ts'
export { formatIsoInstant, parseIsoDate, parseIsoInstant } from './std/iso-time.ts'
export type { IsoInstant } from './std/iso-time.ts'
export type { Diagnostic } from './std/diagnostic.ts'
export { changeBetween, findZone, formatZoned, zoneOffsetMs } from './std/zone.ts'
export type { Zone } from './std/zone.ts'
export { createCatalogue } from './flow/catalogue.ts'
export { isMeantAsTaskFile, isTaskFile, pathOfTaskFile, taskFileType } from './flow/task-file.ts'
export type { Catalogue, KnownType, ResolvedType, TypeKind, TypeManifest, TypeProperty } from './flow/catalogue.ts'
export type {
  CircuitBreaker,
  Concurrency,
  Dialect,
  Flow,
  Input,
  InputType,
  Label,
  Listener,
  LogLevel,
  Output,
  PluginDefault,
  Priority,
  Retry,
  Task,
  TaskLists,
  Trigger,
} from './flow/flow.ts'
export { parseFlow, readFlow } from './flow/parse.ts'
export type { FlowDraft, ParseOptions, ParsedFlow } from './flow/parse.ts'
export type { Position, Positions } from './flow/positions.ts'
export { FLOW_SIZE_MAX, parseYaml, splitDocuments } from './flow/yaml.ts'
export { parseCron } from './trigger/cron.ts'
export type { Cron, CronParse } from './trigger/cron.ts'
export { nextCronDate, previousCronDate } from './trigger/cron-date.ts'
export { resolveInputs } from './flow/inputs.ts'
export type { InputContext, InputProblem, ResolvedInput, ResolvedInputs } from './flow/inputs.ts'
export { ENCRYPTED_TYPE, isEncrypted } from './flow/input-value.ts'
export { resolveOutputs } from './flow/outputs.ts'
export type { OutputContext, OutputProblem, ResolvedOutputs } from './flow/outputs.ts'
export { apply, born } from './execution/apply.ts'
export { rebuildAgenda } from './execution/agenda.ts'
export { RunList } from './execution/run-list.ts'
export { getRun, groupOf } from './execution/look-up.ts'
export { NAMESPACE_VARIABLES, namespaceRoot } from './execution/namespace-root.ts'
export { contextOf, lookupRoot, ordinalOf, plainRunId, scopeOf, taskRunId } from './execution/context.ts'
export type { View } from './execution/context.ts'
export { decideNext, decideSignal } from './execution/decide.ts'
export { holdsSealed, openSealed, openedForm, sealedForm, sealedIn } from './execution/sealed.ts'
export { disarm, sealBirth, sealValue } from './execution/turn-secrets.ts'
export type { TurnSecrets } from './execution/turn-secrets.ts'
export { scopeWithStored, storedAt } from './execution/stored.ts'
export { STORED_TYPE, storedMark, storedOf } from './std/stored-mark.ts'
export type { StoredFormat, StoredValue } from './std/stored-mark.ts'
export { evaluateSlot, loadReached } from './execution/evaluate-slot.ts'
export { EVENT_VERSION } from './execution/event.ts'
export type {
  Answer,
  Birth,
  Command,
  Decision,
  Effect,
  Event,
  LogEntry,
  LogLevelName,
  Refusal,
  Settlement,
  Signal,
} from './execution/event.ts'
export { DEFAULT_QUEUE, decodeQueue, encodeQueue, nodeOfQueue, pinnedQueue } from './execution/placement.ts'
export type { Fallback, Queue } from './execution/placement.ts'
export { birthOf, decodeEvents, fold, foldOn, openJournal } from './execution/journal.ts'
export { encodeEvents } from './execution/event-codec.ts'
export type { JournalRow } from './execution/journal.ts'
export { SNAPSHOT_VERSION, readSnapshot, takeSnapshot } from './execution/snapshot.ts'
export type { PackedPart } from './execution/snapshot.ts'
export { compilePlan, getTask } from './execution/plan.ts'
export type { Plan, PlanTask, TaskKind } from './execution/plan.ts'
export { findWaiting } from './execution/resume.ts'
export { planRestart } from './execution/restart.ts'
export { forkBirth } from './execution/fork.ts'
export type { ForkWish } from './execution/fork.ts'
export { planReplay, replayBirth, restartBirth } from './execution/replay.ts'
export type { Again, ReplaySource, ReplayWish } from './execution/replay.ts'
export { SYSTEM_PREFIX } from './execution/set-labels.ts'
export type { RestartPlan } from './execution/restart.ts'
export { EXECUTION_MOVES, HANDLER, ROOT, RUN_MOVES, isFinal } from './execution/state.ts'
export type {
  Attempt,
  Breakpoint,
  ExecutionState,
  FinalState,
  Group,
  Metric,
  Moment,
  Origin,
  ParentLink,
  Slot,
  StateName,
  TaskRun,
} from './execution/state.ts'
export type { ChildRequest, PreparedChild, TurnEnv } from './execution/turn-env.ts'
export { taskCacheOf } from './execution/task-cache.ts'
export type { TaskCache } from './execution/task-cache.ts'
export { batchQuestionOf } from './execution/batch-question.ts'
export { keptAt } from './execution/keep-loop-outputs.ts'
export type { BatchQuestion } from './execution/batch-question.ts'
export { slugOf } from './std/slug.ts'
export { childAskedBy } from './execution/start-child.ts'
export { openExecution, runTurn } from './execution/turn.ts'
export type { TurnResult } from './execution/turn.ts'
export type { Admission } from './execution/gate.ts'
export { foldLimit, hasRoom, nextGranted, positionOf, putMember, removeMember } from './limit/limit.ts'
export { judgeBreaker } from './limit/breaker.ts'
export type { BreakerFacts, Hold } from './limit/breaker.ts'
export type { LimitFold, LimitMember } from './limit/limit.ts'
export { waitsFor } from './execution/waits-for.ts'
export { controlTypes } from './control/control.ts'
export { CLOSE_DIRECTORY, OPEN_DIRECTORY } from './control/working-directory.ts'
export { inlineTypes } from './inline/inline-task.ts'
export type { InlineLog } from './inline/inline-task.ts'
export { SHARDS, createdMsOf, idFloorOf, isId, moveId, newId, shardOf } from './std/id.ts'
export { hashText, seededRandom } from './std/random.ts'
export { trust } from './std/trust.ts'
export {
  calledFlows,
  childrenOf,
  findAncestors,
  findSubflowCycles,
  findTask,
  walkFlow,
  walkTasks,
} from './flow/graph.ts'
export type { FlowKey, TaskVisit } from './flow/graph.ts'
export { flowGraph } from './flow/flow-graph.ts'
export type { FlowGraph, GraphCluster, GraphEdge, GraphNode } from './flow/flow-graph.ts'
export { findCallCycle } from './flow/call-cycle.ts'
export type { CallCycle, FindFlow } from './flow/call-cycle.ts'
export { checkFlow, validateFlow } from './flow/validate.ts'
export type { ValidateOptions } from './flow/validate.ts'
export { judgeConditions, judgeWhen } from './trigger/condition.ts'
export type { ConditionContext, Judgement, ObservedExecution } from './trigger/condition.ts'
export {
  MISSED_MAX,
  dueScheduleDate,
  missedDates,
  nextScheduleDate,
  openSchedule,
  previousScheduleDate,
  scheduleVariables,
} from './trigger/schedule.ts'
export type { DateFilter, Due, Missed, RecoverPolicy, Schedule } from './trigger/schedule.ts'
export { correlationOf, flowEventOf, flowTriggerVariables, statesPassed } from './trigger/flow-event.ts'
export type { FlowEvent } from './trigger/flow-event.ts'
export { FLOW_TRIGGER, compileFlowListener } from './trigger/flow-listener.ts'
export type { ConditionSet, FlowListener, Upstream } from './trigger/flow-listener.ts'
export { judgeFlowEvent, openWindow, scopeOfEvent } from './trigger/judge-flow-event.ts'
export type { FlowJudgement, WindowState } from './trigger/judge-flow-event.ts'
export { dateFilterOf, judgeScheduleDate } from './trigger/date-filter.ts'
export type { FilterWorld } from './trigger/date-filter.ts'
export { BACKFILL_LABEL, beginBackfill, stepSchedule } from './trigger/schedule-step.ts'
export type { BackfillRequest, ScheduleStep } from './trigger/schedule-step.ts'
export { decodeTriggerState, encodeTriggerState } from './trigger/trigger-state.ts'
export type { Backfill, TriggerState, Watch } from './trigger/trigger-state.ts'
export { nextWindowEnd } from './trigger/time-window.ts'
export { violationsOf } from './flow/violations.ts'
export type { Violation } from './flow/violations.ts'
export { presentNewestRuns, presentRunRows } from './execution/present-runs.ts'
export type { RunRow } from './execution/present-runs.ts'
export { presentExecution, presentLightExecution, presentWebhook } from './execution/present.ts'
export { presentTaskRun } from './execution/present-runs.ts'
export type { ApiDialect, PresentOptions } from './execution/present.ts'
export { CHART_COMPARISONS } from './chart/comparisons.ts'
export type { ChartComparison } from './chart/comparisons.ts'
export { parseTestSuite, isTestSuite } from './flow-test/parse-test-suite.ts'
export type { ParsedSuite, SuiteOptions } from './flow-test/parse-test-suite.ts'
export { holds } from './flow-test/judge-assertion.ts'
export { FIXTURE_TYPE, withFixtures } from './flow-test/with-fixtures.ts'
export { stopPoints } from './flow-test/stop-points.ts'
export type { TryTarget } from './flow-test/stop-points.ts'
export type { Assertion, Fixtures, Operator, TaskFixture, TestCase, TestSuite } from './flow-test/test-suite.ts'
export { valueChain } from './execution/outputs.ts'
export { hasExpression } from './flow/parse-type.ts'
export { runInlineAsync } from './execution/run-inline-async.ts'
export { recordTest } from './flow-test/record-test.ts'
export type { RecordedExecution, RecordedRun } from './flow-test/record-test.ts'
export { writeYaml } from './flow-test/write-yaml.ts'

export { parseApp } from './app/parse-app.ts'
export { blocksOn } from './app/app.ts'
export type { App, AppBlock, AppEvent, AppTheme, BlockStyle } from './app/app.ts'
export { parseMarkdown } from './markdown/markdown.ts'
export { escapeHtml, markdownHtml } from './markdown/markdown-html.ts'
export type { Inline as MarkdownInline, MarkdownBlock } from './markdown/markdown.ts'
export { expressionNames } from './flow/expression-context.ts'
export type { ExpressionNames } from './flow/expression-context.ts'
export { replaceTask } from './flow/replace-task.ts'
export { forecast } from './forecast/forecast.ts'
export type { Forecast, ForecastInput, ForecastOptions, ForecastTask, Outlook } from './forecast/forecast.ts'
export { TOUCH_KINDS } from './forecast/touches.ts'
export type { Touch, TouchKind } from './forecast/touches.ts'
export { askedNames } from './flow/asked-names.ts'
export type { AskedName } from './flow/asked-names.ts'
export { nearest } from './flow/nearest.ts'
export { dropEntry, dropMember, noEntries, noMembers, withEntry, withMember } from './std/sparse.ts'
export { ACTIONS, RESOURCES, RESOURCE_NAMES, coarserOf, isAction, isResource, reachOf } from './access/resource.ts'
export type { Action, Reach, Resource, ResourceOf } from './access/resource.ts'
export {
  EVERYWHERE,
  NOWHERE,
  ROOT as ROOT_NAMESPACE,
  intersect as intersectScopes,
  isEmptyScope,
  isInScope,
  isWithin,
  namespaceScope,
} from './access/namespace-scope.ts'
export type { NamespaceScope } from './access/namespace-scope.ts'
export { MANAGED_ROLES, isBoundToNamespaces } from './access/role.ts'
export type { Binding, Permissions, Role } from './access/role.ts'
export { changedPermits, lackingFor, lackingOf, permitsOf, unknownTo } from './access/powers.ts'
export type { Permit } from './access/powers.ts'
export { KILL_SWITCH_LABEL } from './execution/kill-switch.ts'
export type { SwitchedOff } from './execution/kill-switch.ts'
export { NO_GRANTS, OPEN_GRANTS, grantsOf, permits } from './access/grants.ts'
export type { GrantFacts, GrantedGroup, GrantedUser, Grants, Reason, TokenScope } from './access/grants.ts'
export { PERSONAL_KINDS, findPersonal } from './personal/find-personal.ts'
export type { PersonalKind, PersonalMatch, PersonalSearch } from './personal/find-personal.ts'
export {
  PERSONAL_ACTIONS,
  maskPersonal,
  personalKindOf,
  personalToKeep,
  personalToken,
  personalTokens,
  unmaskPersonal,
} from './personal/mask-personal.ts'
export type { Masked, PersonalAction, PersonalPolicy } from './personal/mask-personal.ts'
export { COUNTRIES as PERSONAL_COUNTRIES } from './personal/national-ids.ts'
export { readPolicy } from './policy/policy.ts'
export type { Enforcement, Policy, PolicyReading, PolicyRule } from './policy/policy.ts'
export { defaultsOfPolicies, judgePolicies, withPolicyLabels } from './policy/judge-policies.ts'
export type { PolicyViolation, PolicyWorld } from './policy/judge-policies.ts'
