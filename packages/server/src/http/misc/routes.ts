import { describeApi } from '@batuta/api'
import { expressionCatalogue, type ApiDialect, type CatalogueEntry } from '@batuta/core'
import { activeBanners } from '../banners/routes.ts'
import { renderExpressions } from '../executions/render-expressions.ts'
import type { HttpDependencies } from '../dependencies.ts'
import type { Handlers } from '../exchange.ts'
import { VERSION } from '../../platform/version.ts'
import type { Health, HealthReport } from '../../telemetry/health.ts'
import { json, plain, type Reply } from '../reply.ts'

export function miscHandlers(dependencies: HttpDependencies, health: Health): Handlers<'misc'> {
  const { config, flows } = dependencies
  return {
    health: async () => answerOf(await health.overall()),
    readiness: async () => answerOf(await health.readiness()),
    liveness: () => answerOf(health.liveness()),
    ping: () => plain('pong'),
    configs: () => json(describeServer(dependencies)),
    loginConfig: () => json(describeLogin(dependencies)),
    filters: ({ dialect }) => json(namesOf('filter', dialect).map(({ name }) => name)),
    functions: ({ dialect }) => {
      const functions = namesOf('function', dialect)
      if (dialect !== 'c') return json(functions.map(({ name }) => name))
      return json(functions.map(({ name, parameters }) => ({ name, arguments: parameters })))
    },
    renderExpressions: async ({ body }) => await renderExpressions(body, dependencies),
    authErrors: () => json([]),
    usages: () => {
      const entries = [...flows.all()].filter(entry => entry.tenant === config.tenant)
      return json({
        flows: { count: entries.length, namespacesCount: new Set(entries.map(entry => entry.namespace)).size },
      })
    },
    openApi: ({ query, dialect }) => json(describeApi(query.dialect ?? dialect, VERSION)),
  }
}

function namesOf(kind: CatalogueEntry['kind'], dialect: ApiDialect): readonly CatalogueEntry[] {
  const entries = expressionCatalogue(dialect === 'c' ? 2 : 1).filter(entry => entry.kind === kind)
  return entries.sort((a, b) => a.name.localeCompare(b.name))
}

export function answerOf({ isUp, body }: HealthReport): Reply {
  return json(body, isUp ? 200 : 503)
}

/** How one gets in: the page of the sign-in asks. */
function describeLogin({ access }: HttpDependencies): Readonly<Record<string, unknown>> {
  const { isOpen, needsSetUp } = access.book
  return {
    isBasicAuthEnabled: !isOpen,
    isBasicAuthInitialized: !needsSetUp,
    isOpen,
    isSetupNeeded: needsSetUp,
    isPasswordEnabled: true,
  }
}

function describeServer({ access, config, platform }: HttpDependencies): Readonly<Record<string, unknown>> {
  const [banner] = activeBanners(access.book, platform.nowMs())
  return {
    uuid: 'batuta',
    version: VERSION,
    edition: 'OSS',
    isTaskRunEnabled: false,
    isTemplateEnabled: false,
    isCustomDashboardsEnabled: false,
    isAnonymousUsageEnabled: false,
    isUiAnonymousUsageEnabled: false,
    isAiEnabled: false,
    isBasicAuthEnabled: !access.book.isOpen,
    isBasicAuthInitialized: !access.book.needsSetUp,
    isConcurrencyViewEnabled: false,
    chartDefaultDuration: 'P30D',
    preview: { initial: 100, max: 5000 },
    systemNamespace: 'system',
    hiddenLabelsPrefixes: ['system.'],
    tenant: config.tenant,
    ...(config.url === undefined ? {} : { url: config.url }),
    ...(banner ? { banner } : {}),
  }
}
