Write-Output 'Bulwark: this document does not scan Windows. Have GuardDuty scan the volumes of the instance (runbook Bulwark-MalwareScan, or guardduty:StartMalwareScan where the organization has left the runbook out), or start a scan by Microsoft Defender (Start-MpScan).'
exit 20
