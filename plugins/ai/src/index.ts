// Models: the completions of OpenAI's own interface, and tasks that are the same for every provider.
import { createImage } from './openai/create-image.ts'
import { openaiChat } from './openai/chat-completion.ts'
import { responses } from './openai/responses.ts'
import { uploadFile } from './openai/upload-file.ts'
import { aiAgent } from './tasks/ai-agent.ts'
import { batchCompletion } from './tasks/batch-completion.ts'
import { chatCompletion } from './tasks/chat-completion.ts'
import { classification } from './tasks/classification.ts'
import { imageGeneration } from './tasks/image-generation.ts'
import { ingestDocument } from './tasks/ingest-document.ts'
import { jsonExtraction } from './tasks/json-extraction.ts'
import { callTool, listTools } from './tasks/mcp-tasks.ts'
import { ragChatCompletion } from './tasks/rag-chat-completion.ts'
import { ragSearch } from './tasks/rag-search.ts'

export const tasks = [
  ...[openaiChat, responses, createImage, uploadFile],
  ...[chatCompletion, batchCompletion, classification, jsonExtraction, imageGeneration, aiAgent],
  ...[ingestDocument, ragSearch, ragChatCompletion, listTools, callTool],
]
export { parts } from './parts.ts'
