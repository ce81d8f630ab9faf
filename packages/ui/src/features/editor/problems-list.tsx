import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import { cx } from '../../widgets/class-names.ts'
import { messageOf } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import type { CodeHandle } from './code/code-editor.tsx'
import classes from './flow-editor.module.css'
import { t } from './messages.ts'
import type { Checks } from './use-checks.ts'

export interface ProblemsListProps {
  readonly checks: Checks
  readonly code: CodeHandle | undefined
}

/** All that is wrong at once, each with the way to it and, where there is one, the way out. */
export function ProblemsList({ checks, code }: ProblemsListProps): ReactNode {
  const { problems, isJudged, failure } = checks
  return (
    <section id="problems" tabIndex={-1} className={classes['problems']} aria-label={t('problems')}>
      {failure && (
        <p className={classes['fine']}>
          <Icon name="warning" size={14} />
          {t('notJudged', { reason: messageOf(failure) })}
        </p>
      )}
      {problems.length === 0 && !failure && (
        <p className={classes['fine']}>
          {isJudged && <Icon name="check" size={14} />}
          {t(isJudged ? 'noProblems' : 'locally')}
        </p>
      )}
      <ul className={classes['problemList']}>
        {problems.map(({ from, line, message, severity, fix }, index) => (
          <li key={`${from}-${index}`} className={classes['problem']}>
            <button
              type="button"
              className={classes['problemLink']}
              onClick={() => {
                code?.goTo(from)
                code?.focus()
              }}
            >
              <span className={cx(classes['severity'], classes[severity])}>
                <Icon name={severity === 'info' ? 'info' : 'warning'} size={14} />
                <span className="visually-hidden">{severity}</span>
              </span>
              <span className={classes['lineNumber']}>{t('line', { line })}</span>
              <span className={classes['message']}>{message}</span>
            </button>
            {fix && (
              <Button size="compact-sm" onClick={() => code?.edit([fix])}>
                {t('fix')}: {fix.insert}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  )
}
