Write-Output 'Bulwark: the scan for sensitive information does not support Windows. Use Microsoft Purview, or move the data to S3 and let Amazon Macie look at it.'
exit 20
