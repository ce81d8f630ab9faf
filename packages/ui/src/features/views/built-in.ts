// Views that come with the page, of the questions that one asks every day.
import { t } from './messages.ts'

export interface BuiltIn {
  readonly id: string
  readonly name: string
  readonly filters: string
}

const OF_PAGE: Readonly<Record<string, readonly BuiltIn[]>> = {
  executions: [
    { id: 'all', name: t('all'), filters: '' },
    { id: 'running', name: t('running'), filters: 'filters[state][IN]=RUNNING,CREATED,RETRYING,RESTARTED,KILLING' },
    {
      id: 'failed-today',
      name: t('failedToday'),
      filters: 'filters[state][EQUALS]=FAILED&filters[startDate][GREATER_THAN_OR_EQUAL_TO]=today',
    },
    { id: 'waiting', name: t('waiting'), filters: 'filters[state][EQUALS]=PAUSED' },
    { id: 'queued', name: t('queued'), filters: 'filters[state][EQUALS]=QUEUED' },
    { id: 'slow', name: t('slow'), filters: 'filters[duration][GREATER_THAN]=PT1H' },
  ],
}

const ALL: readonly BuiltIn[] = [{ id: 'all', name: t('all'), filters: '' }]

export function builtInOf(page: string): readonly BuiltIn[] {
  return OF_PAGE[page] ?? ALL
}
