// What models cost: US dollars for a million tokens, of input and of output. A name stands for all models that begin so, the longest one counts.
// Lists change: a task says better with `price`, and a model without a price is never taken to be free.
export interface Price {
  readonly input: number
  readonly output: number
}

type Entry = readonly [model: string, input: number, output: number]

const LISTS: Readonly<Record<string, readonly Entry[]>> = {
  OpenAI: [
    ['gpt-5-nano', 0.05, 0.4],
    ['gpt-5-mini', 0.25, 2],
    ['gpt-5', 1.25, 10],
    ['gpt-4.1-nano', 0.1, 0.4],
    ['gpt-4.1-mini', 0.4, 1.6],
    ['gpt-4.1', 2, 8],
    ['gpt-4o-mini', 0.15, 0.6],
    ['gpt-4o', 2.5, 10],
    ['gpt-4-turbo', 10, 30],
    ['gpt-4', 30, 60],
    ['gpt-3.5-turbo', 0.5, 1.5],
    ['o4-mini', 1.1, 4.4],
    ['o3-mini', 1.1, 4.4],
    ['o3', 2, 8],
    ['o1', 15, 60],
    ['text-embedding-3-small', 0.02, 0],
    ['text-embedding-3-large', 0.13, 0],
    ['text-embedding-ada-002', 0.1, 0],
    ['gpt-image-1', 5, 40],
  ],
  Anthropic: [
    ['claude-opus-4-5', 5, 25],
    ['claude-opus-4', 15, 75],
    ['claude-sonnet-4', 3, 15],
    ['claude-haiku-4', 1, 5],
    ['claude-3-7-sonnet', 3, 15],
    ['claude-3-5-sonnet', 3, 15],
    ['claude-3-5-haiku', 0.8, 4],
    ['claude-3-opus', 15, 75],
    ['claude-3-haiku', 0.25, 1.25],
  ],
  GoogleGemini: [
    ['gemini-2.5-pro', 1.25, 10],
    ['gemini-2.5-flash-lite', 0.1, 0.4],
    ['gemini-2.5-flash', 0.3, 2.5],
    ['gemini-2.0-flash-lite', 0.075, 0.3],
    ['gemini-2.0-flash', 0.1, 0.4],
    ['gemini-1.5-pro', 1.25, 5],
    ['gemini-1.5-flash', 0.075, 0.3],
    ['gemini-embedding-001', 0.15, 0],
  ],
  MistralAI: [
    ['mistral-large', 2, 6],
    ['mistral-medium', 0.4, 2],
    ['mistral-small', 0.1, 0.3],
    ['codestral', 0.3, 0.9],
    ['ministral-8b', 0.1, 0.1],
    ['ministral-3b', 0.04, 0.04],
    ['mistral-embed', 0.1, 0],
  ],
  DeepSeek: [
    ['deepseek-chat', 0.27, 1.1],
    ['deepseek-reasoner', 0.55, 2.19],
  ],
}

/** They run on one's own machines. */
const OWN: ReadonlySet<string> = new Set(['Ollama', 'LocalAI', 'DockerModel'])
const SAME: Readonly<Record<string, string>> = { AzureOpenAI: 'OpenAI' }
const MAKERS: Readonly<Record<string, string>> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  google: 'GoogleGemini',
  mistralai: 'MistralAI',
  deepseek: 'DeepSeek',
}

/** Undefined when nobody knows. */
export function priceOf(provider: string, model: string): Price | undefined {
  if (OWN.has(provider)) return { input: 0, output: 0 }
  // Resellers name the maker first: `anthropic/claude-sonnet-4`.
  const [maker = '', resold] = model.split('/')
  const list = LISTS[resold === undefined ? (SAME[provider] ?? provider) : (MAKERS[maker] ?? '')] ?? []
  const name = resold ?? model
  const found = list.filter(([start]) => name.startsWith(start)).sort(([a], [b]) => b.length - a.length)[0]
  return found && { input: found[1], output: found[2] }
}
