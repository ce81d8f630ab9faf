import type { TaskDefinition } from '@batuta/plugin-sdk'
import { listProject } from './list-project.ts'
import { searchCode } from './search/code.ts'
import { searchCommits } from './search/commits.ts'
import { searchIssues } from './search/issues.ts'
import { searchPulls } from './search/pulls.ts'
import { searchRepositories } from './search/repositories.ts'
import { searchTopics } from './search/topics.ts'
import { searchUsers } from './search/users.ts'
import { appToken } from './write/app-token.ts'
import { createPull } from './write/create-pull.ts'
import { commentIssue, createIssue } from './write/issues.ts'
import { runWorkflow } from './write/run-workflow.ts'

export const tasks: readonly TaskDefinition[] = [
  appToken,
  commentIssue,
  createIssue,
  createPull,
  listProject,
  runWorkflow,
  searchCode,
  searchCommits,
  searchIssues,
  searchPulls,
  searchRepositories,
  searchTopics,
  searchUsers,
]
