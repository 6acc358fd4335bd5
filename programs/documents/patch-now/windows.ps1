Write-Output 'Bulwark: this document does not patch Windows. Run AWS-RunPatchBaseline with Operation Install; Patch Manager keeps the state before and after.'
exit 20
