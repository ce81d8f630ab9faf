import type { TaskDefinition, TriggerDefinition } from '@batuta/plugin-sdk'
import { ftpFamily, ftpsFamily } from './ftp/ftp-families.ts'
import { localTasks, localTrigger } from './local/local-tasks.ts'
import { tcpSend, udpSend } from './net/send-tasks.ts'
import { nfsTasks, nfsTrigger } from './nfs/nfs-tasks.ts'
import { fileTasks, fileTrigger } from './remote/file-tasks.ts'
import { sftpFamily } from './sftp/sftp-family.ts'
import { sshCommand } from './sftp/ssh-command.ts'
import { smbFamily } from './smb/smb-family.ts'

const FAMILIES = [sftpFamily, ftpFamily, ftpsFamily, smbFamily]

export const tasks: readonly TaskDefinition[] = [
  ...FAMILIES.flatMap(fileTasks),
  ...localTasks,
  ...nfsTasks,
  sshCommand,
  tcpSend,
  udpSend,
]
export const triggers: readonly TriggerDefinition[] = [...FAMILIES.map(fileTrigger), localTrigger, nfsTrigger]
