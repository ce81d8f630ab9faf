// The types that stand inside of the tasks: providers, stores, memories, retrievers, tools. The tasks read them; what is here is their pages.
import { definePart, p, type PartDefinition, type Property, type Shape } from '@batuta/plugin-sdk'

const text = (title: string): Property<string> => p.string().dynamic().title(title)
const key = (title: string): Property<string, 'present'> => p.string().dynamic().required().secret().title(title)
const need = (title: string): Property<string, 'present'> => text(title).required()

function part(name: string, title: string, properties: Shape, older: readonly string[] = [name]): PartDefinition {
  return definePart({
    type: `io.kestra.plugin.ai.${name}`,
    aliases: older.map(each => (each.startsWith('io.') ? each : `io.kestra.plugin.langchain4j.${each}`)),
    title,
    properties,
  })
}

const MODEL = {
  modelName: need('Name of the model.'),
  baseUrl: text('Address of a compatible service.'),
  clientPem: text('Certificate of the client; not implemented.'),
  caPem: text('Certificates of those who are trusted; not implemented.'),
}
const API_KEY = { apiKey: key('Key of the provider.') }
const at = (url: string): { readonly baseUrl: Property<string, 'present'> } => ({
  baseUrl: text('Address of the service.').default(url),
})

const PROVIDERS = [
  part('provider.OpenAI', 'Models of OpenAI, or of a compatible service.', {
    ...MODEL,
    ...API_KEY,
    ...at('https://api.openai.com/v1'),
  }),
  part('provider.AzureOpenAI', 'Models of OpenAI at Azure.', {
    ...MODEL,
    endpoint: need('Address of the resource.'),
    apiKey: text('Key of the resource.').secret(),
    serviceVersion: text('Version of the interface.'),
    tenantId: text('Of an application; not implemented.'),
    clientId: text('Of an application; not implemented.'),
    clientSecret: text('Of an application; not implemented.').secret(),
  }),
  part('provider.Anthropic', 'Models of Anthropic.', {
    ...MODEL,
    ...API_KEY,
    maxTokens: p.integer().dynamic().title('The longest answer.'),
  }),
  part('provider.GoogleGemini', 'Models of Google.', {
    ...MODEL,
    apiKey: text('Key of the provider.').secret(),
    embeddingModelConfiguration: p.any().title('Accepted, and not read.'),
  }),
  part('provider.MistralAI', 'Models of Mistral.', { ...MODEL, ...API_KEY }),
  part('provider.DeepSeek', 'Models of DeepSeek.', { ...MODEL, ...API_KEY, ...at('https://api.deepseek.com/v1') }),
  part('provider.OpenRouter', 'Models of many makers.', { ...MODEL, ...API_KEY }),
  part('provider.Ollama', 'Models on one’s own machines.', { ...MODEL, endpoint: need('Address of the server.') }),
  part('provider.LocalAI', 'Models on one’s own machines.', { ...MODEL, baseUrl: need('Address of the server.') }),
  part('provider.WorkersAI', 'Models at Cloudflare.', { ...MODEL, ...API_KEY, accountId: need('Id of the account.') }),
  part(
    'provider.HuggingFace',
    'Models at Hugging Face.',
    { ...MODEL, ...API_KEY, ...at('https://router.huggingface.co/v1') },
    [],
  ),
  part('provider.GitHubModels', 'Models at GitHub.', { ...MODEL, gitHubToken: key('A token of GitHub.') }, []),
  part(
    'provider.DockerModel',
    'Models that Docker runs.',
    {
      ...MODEL,
      ...at('http://localhost:12434/engines/v1'),
      apiKey: text('A key, if there is one.').default('not-needed'),
    },
    [],
  ),
]

const messages = {
  messages: p.integer().dynamic().default(10).title('How many of the last messages are kept.'),
  ttl: p.duration().dynamic().default('PT1H').title('How long.'),
  memoryId: text('Which conversation goes on.').default('{{ labels.system.correlationId }}'),
  drop: p.enum('NEVER', 'BEFORE_TASKRUN', 'AFTER_TASKRUN').dynamic().default('NEVER').title('When it is forgotten.'),
}
const results = p.integer().dynamic().default(3).title('So many at most.')
const search = { csi: need('Id of the search engine.'), apiKey: key('Key of the interface.') }

const KEEPERS = [
  part('embeddings.KestraKVStore', 'Embeddings in the key-value store of the namespace.', {
    kvName: text('Name of the key.').default('{{ flow.id }}-embedding-store'),
  }),
  part('memory.KestraKVStore', 'A conversation in the key-value store of the namespace.', messages, [
    'memory.KestraKVMemory',
    'io.kestra.plugin.ai.memory.KestraKVMemory',
  ]),
  part(
    'retriever.EmbeddingStoreRetriever',
    'Looks into a store of embeddings.',
    {
      embeddings: p.any().required().title('The store.'),
      embeddingProvider: p.any().required().title('Whose model it was filled with.'),
      maxResults: results,
      minScore: p.number().dynamic().default(0).title('From this likeness on.'),
    },
    [],
  ),
  part('retriever.GoogleCustomWebSearch', 'Searches the web with Google.', { ...search, maxResults: results }),
  part('retriever.TavilyWebSearch', 'Searches the web with Tavily.', {
    apiKey: key('Key of the interface.'),
    maxResults: results,
  }),
]

const TOOLS = [
  part(
    'tool.KestraFlow',
    'Lets the model start a flow.',
    {
      description: text('What the flow is for.'),
      namespace: text('Of the flow; the model says it unless it is here.'),
      flowId: text('The flow; the model says it unless it is here.'),
      revision: p.integer().dynamic().title('Of the flow; the newest unless said.'),
      inputs: p.any().dynamic().title('Inputs that the model cannot change.'),
      labels: p.any().dynamic().title('Labels of the execution.'),
      inheritLabels: p.boolean().dynamic().default(false).title('Accepted, and not read.'),
      scheduleDate: text('When the execution begins.'),
      kestraUrl: text('Address of the server; http://localhost:8080 unless said.'),
      auth: p.any().title('`apiToken`, or `username` and `password`.'),
      tenantId: text('Tenant of the flow.'),
    },
    ['io.kestra.plugin.ai.tool.KestraFlowCalling'],
  ),
  part(
    'tool.KestraTask',
    'Lets the model run tasks; what is written as `...` it fills in.',
    { tasks: p.any().required().title('The tasks.') },
    ['io.kestra.plugin.ai.tool.KestraTaskCalling'],
  ),
  part('tool.GoogleCustomWebSearch', 'Lets the model search the web with Google.', search),
  part('tool.TavilyWebSearch', 'Lets the model search the web with Tavily.', { apiKey: key('Key of the interface.') }),
  part(
    'tool.StreamableHttpMcpClient',
    'Lets the model use the tools of an MCP server.',
    {
      url: need('Address of the server.'),
      timeout: p.duration().dynamic().title('How long an answer may take.'),
      headers: p.map(p.string()).dynamic().title('Sent with every request.'),
      logRequests: p.boolean().dynamic().default(false).title('Accepted, and not read.'),
      logResponses: p.boolean().dynamic().default(false).title('Accepted, and not read.'),
    },
    [],
  ),
  part(
    'tool.Skill',
    'Instructions that the model reads when it needs them.',
    { skills: p.any().required().title('Each with `name`, `description`, and `content` or `contentUri`.') },
    [],
  ),
  part(
    'tool.AIAgent',
    'Another model, with tools of its own.',
    {
      name: text('Name of the tool.').default('tool'),
      description: need('What it is good at.'),
      systemMessage: text('Who it is, and what it must keep to.'),
      provider: p.any().required().title('Whose model it is.'),
      configuration: p.any().default({}).title('How it answers.'),
      tools: p.any().title('What it may use.'),
      maxSequentialToolsInvocations: p.integer().dynamic().title('How often it may want tools in a row.'),
      contentRetrievers: p.any().dynamic().title('Where to look first.'),
    },
    [],
  ),
]

export const parts = [...PROVIDERS, ...KEEPERS, ...TOOLS]
