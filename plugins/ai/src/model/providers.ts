// Who offers models, where, and how one shows who one is.
import { TaskError } from '@batuta/plugin-sdk'
import { anthropicWire } from './anthropic-wire.ts'
import type { Wire } from './chat-types.ts'
import { geminiWire } from './gemini-wire.ts'
import { ollamaWire } from './ollama-wire.ts'
import { openaiWire } from './openai-wire.ts'

/** What an author wrote as `provider`, rendered. */
export type ProviderSettings = Readonly<Record<string, string>>

export interface Provider {
  /** As metrics and the price table name it. */
  readonly name: string
  readonly wire: Wire
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly model: string
  /** Added to every path, as Azure's version. */
  readonly query?: string
}

type Open = (settings: ProviderSettings) => Omit<Provider, 'name' | 'model'>

const ANTHROPIC_VERSION = '2023-06-01'
const AZURE_VERSION = '2024-10-21'

const PROVIDERS: Readonly<Record<string, Open>> = {
  OpenAI: settings => compatible(settings, 'https://api.openai.com/v1', required(settings, 'apiKey')),
  MistralAI: settings => compatible(settings, 'https://api.mistral.ai/v1', required(settings, 'apiKey')),
  DeepSeek: settings => compatible(settings, 'https://api.deepseek.com/v1', required(settings, 'apiKey')),
  OpenRouter: settings => compatible(settings, 'https://openrouter.ai/api/v1', required(settings, 'apiKey')),
  HuggingFace: settings => compatible(settings, 'https://router.huggingface.co/v1', required(settings, 'apiKey')),
  GitHubModels: settings =>
    compatible(settings, 'https://models.github.ai/inference', required(settings, 'gitHubToken')),
  DockerModel: settings =>
    compatible(settings, 'http://localhost:12434/engines/v1', settings['apiKey'] ?? 'not-needed'),
  LocalAI: settings => compatible(settings, required(settings, 'baseUrl'), settings['apiKey']),
  DashScope: settings =>
    compatible(settings, 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1', required(settings, 'apiKey')),
  ZhiPuAI: settings => ({
    ...compatible(settings, 'https://open.bigmodel.cn/', required(settings, 'apiKey')),
    url: `${trimmed(settings['baseUrl'] ?? 'https://open.bigmodel.cn')}/api/paas/v4`,
  }),
  WorkersAI: settings =>
    compatible(
      settings,
      `https://api.cloudflare.com/client/v4/accounts/${encodeURIComponent(required(settings, 'accountId'))}/ai/v1`,
      required(settings, 'apiKey'),
    ),
  AzureOpenAI: settings => ({
    wire: openaiWire,
    url: `${trimmed(required(settings, 'endpoint'))}/openai/deployments/${encodeURIComponent(required(settings, 'modelName'))}`,
    headers: { 'api-key': required(settings, 'apiKey') },
    query: `api-version=${settings['serviceVersion'] ?? AZURE_VERSION}`,
  }),
  Anthropic: settings => ({
    wire: anthropicWire,
    url: trimmed(settings['baseUrl'] ?? 'https://api.anthropic.com/v1'),
    headers: { 'x-api-key': required(settings, 'apiKey'), 'anthropic-version': ANTHROPIC_VERSION },
  }),
  GoogleGemini: settings => ({
    wire: geminiWire,
    url: trimmed(settings['baseUrl'] ?? 'https://generativelanguage.googleapis.com/v1beta'),
    headers: { 'x-goog-api-key': required(settings, 'apiKey') },
  }),
  Ollama: settings => ({ wire: ollamaWire, url: trimmed(required(settings, 'endpoint')), headers: {} }),
}

export const PROVIDER_NAMES: readonly string[] = Object.keys(PROVIDERS)

/** @throws {TaskError} for a provider that is unknown, or lacks what it needs. */
export function openProvider(settings: ProviderSettings): Provider {
  const type = settings['type'] ?? ''
  const name = type.slice(type.lastIndexOf('.') + 1)
  const open = Object.hasOwn(PROVIDERS, name) ? PROVIDERS[name] : undefined
  if (open === undefined)
    throw new TaskError(
      `the provider "${type}" is not implemented: use one of ${PROVIDER_NAMES.join(', ')}, or OpenAI with the baseUrl of a compatible service`,
    )
  if (settings['clientPem'] !== undefined || settings['caPem'] !== undefined)
    throw new TaskError('certificates of a provider (clientPem, caPem) are not implemented: put a proxy before it')
  return { name, model: required(settings, 'modelName'), ...open(settings) }
}

function compatible(settings: ProviderSettings, url: string, key: string | undefined): ReturnType<Open> {
  return {
    wire: openaiWire,
    url: trimmed(settings['baseUrl'] ?? url),
    headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
  }
}

function required(settings: ProviderSettings, name: string): string {
  const value = settings[name]
  if (value !== undefined && value !== '') return value
  throw new TaskError(`the provider ${settings['type'] ?? ''} needs "${name}"`)
}

function trimmed(url: string): string {
  return url.replace(/\/+$/, '')
}
