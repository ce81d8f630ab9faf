// What the plugin brings: Batuta looks through the exports for definitions.
import { greet } from './greet.ts'
import { fileTrigger } from './file-trigger.ts'

export const tasks = [greet]
export const triggers = [fileTrigger]
