Write-Output 'Bulwark: this document does not scan Windows. Run Bulwark-MalwareScan, with which GuardDuty scans the volumes of the instance, or start a scan by Microsoft Defender (Start-MpScan).'
exit 20
