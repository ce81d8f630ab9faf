// An address for somebody who is to answer and has no account here: copied, with how long it holds.
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { api } from '../../lib/api.ts'
import { CopyButton } from '../../widgets/copy-button.tsx'
import { Dialog } from '../../widgets/dialog.tsx'
import { messageOf } from '../../widgets/error-card.tsx'
import { Icon } from '../../widgets/icon.tsx'
import { Timestamp } from '../../widgets/timestamp.tsx'
import { showToast } from '../../widgets/toast.tsx'
import { tip } from '../../widgets/tooltip.ts'
import classes from './inbox.module.css'
import { t } from './messages.ts'
import type { WaitingPlace } from './use-answer.ts'

export function ShareLink({ place }: { readonly place: WaitingPlace }): ReactNode {
  const [isOpen, setOpen] = useState(false)
  const { executionId, taskRunId } = place
  const link = useMutation({
    mutationFn: () => api.apps.link({ params: { executionId }, query: taskRunId === undefined ? {} : { taskRunId } }),
    onSuccess: () => setOpen(true),
    onError: error => showToast({ kind: 'error', text: t('noLink'), detail: messageOf(error) }),
  })
  return (
    <>
      <Button
        className={classes['share'] ?? ''}
        variant="subtle"
        color="gray"
        leftSection={<Icon name="link" size={14} />}
        loading={link.isPending}
        onClick={() => link.mutate()}
        {...tip(t('shareHint'))}
      >
        {t('share')}
      </Button>
      {isOpen && link.data && (
        <Dialog title={t('shareTitle')} size="medium" onClose={() => setOpen(false)}>
          <p>{t('shareText')}</p>
          <p className={classes['address']}>
            <code>{link.data.url}</code>
            <CopyButton text={link.data.url} label={t('copy')} />
          </p>
          <p className={classes['muted']}>
            {t('holds')} <Timestamp atMs={Date.parse(link.data.expires)} />
          </p>
        </Dialog>
      )}
    </>
  )
}
