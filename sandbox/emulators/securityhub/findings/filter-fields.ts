/** How a filter's values are compared. */
export type FilterKind = "string" | "date" | "number" | "map" | "ip" | "keyword" | "boolean";

/** Where in a finding a filter looks; a path steps into every item of a list. */
export interface FilterField {
  readonly kind: FilterKind;
  readonly path: string;
}

function fields(kind: FilterKind, table: Readonly<Record<string, string>>): Record<string, FilterField> {
  return Object.fromEntries(Object.entries(table).map(([name, path]) => [name, { kind, path: path || name }]));
}

/** Every filter of `AwsSecurityFindingFilters` by name; an empty path is the attribute of the same name. */
export const filterFields: Readonly<Record<string, FilterField>> = {
  ...fields("string", {
    ProductArn: "",
    AwsAccountId: "",
    AwsAccountName: "",
    Id: "",
    GeneratorId: "",
    Region: "",
    Type: "Types",
    SeverityLabel: "Severity.Label",
    Title: "",
    Description: "",
    RecommendationText: "Remediation.Recommendation.Text",
    SourceUrl: "",
    ProductName: "",
    CompanyName: "",
    MalwareName: "Malware.Name",
    MalwareType: "Malware.Type",
    MalwarePath: "Malware.Path",
    MalwareState: "Malware.State",
    NetworkDirection: "Network.Direction",
    NetworkProtocol: "Network.Protocol",
    NetworkSourceDomain: "Network.SourceDomain",
    NetworkSourceMac: "Network.SourceMac",
    NetworkDestinationDomain: "Network.DestinationDomain",
    ProcessName: "Process.Name",
    ProcessPath: "Process.Path",
    ThreatIntelIndicatorType: "ThreatIntelIndicators.Type",
    ThreatIntelIndicatorValue: "ThreatIntelIndicators.Value",
    ThreatIntelIndicatorCategory: "ThreatIntelIndicators.Category",
    ThreatIntelIndicatorSource: "ThreatIntelIndicators.Source",
    ThreatIntelIndicatorSourceUrl: "ThreatIntelIndicators.SourceUrl",
    ResourceType: "Resources.Type",
    ResourceId: "Resources.Id",
    ResourcePartition: "Resources.Partition",
    ResourceRegion: "Resources.Region",
    ResourceAwsEc2InstanceType: "Resources.Details.AwsEc2Instance.Type",
    ResourceAwsEc2InstanceImageId: "Resources.Details.AwsEc2Instance.ImageId",
    ResourceAwsEc2InstanceKeyName: "Resources.Details.AwsEc2Instance.KeyName",
    ResourceAwsEc2InstanceIamInstanceProfileArn: "Resources.Details.AwsEc2Instance.IamInstanceProfileArn",
    ResourceAwsEc2InstanceVpcId: "Resources.Details.AwsEc2Instance.VpcId",
    ResourceAwsEc2InstanceSubnetId: "Resources.Details.AwsEc2Instance.SubnetId",
    ResourceAwsS3BucketOwnerId: "Resources.Details.AwsS3Bucket.OwnerId",
    ResourceAwsS3BucketOwnerName: "Resources.Details.AwsS3Bucket.OwnerName",
    ResourceAwsIamAccessKeyUserName: "Resources.Details.AwsIamAccessKey.UserName",
    ResourceAwsIamAccessKeyPrincipalName: "Resources.Details.AwsIamAccessKey.PrincipalName",
    ResourceAwsIamAccessKeyStatus: "Resources.Details.AwsIamAccessKey.Status",
    ResourceAwsIamUserUserName: "Resources.Details.AwsIamUser.UserName",
    ResourceContainerName: "Resources.Details.Container.Name",
    ResourceContainerImageId: "Resources.Details.Container.ImageId",
    ResourceContainerImageName: "Resources.Details.Container.ImageName",
    ResourceApplicationName: "Resources.ApplicationName",
    ResourceApplicationArn: "Resources.ApplicationArn",
    ComplianceStatus: "Compliance.Status",
    ComplianceSecurityControlId: "Compliance.SecurityControlId",
    ComplianceAssociatedStandardsId: "Compliance.AssociatedStandards.StandardsId",
    ComplianceSecurityControlParametersName: "Compliance.SecurityControlParameters.Name",
    ComplianceSecurityControlParametersValue: "Compliance.SecurityControlParameters.Value",
    VerificationState: "",
    WorkflowState: "",
    WorkflowStatus: "Workflow.Status",
    RecordState: "",
    RelatedFindingsProductArn: "RelatedFindings.ProductArn",
    RelatedFindingsId: "RelatedFindings.Id",
    NoteText: "Note.Text",
    NoteUpdatedBy: "Note.UpdatedBy",
    FindingProviderFieldsRelatedFindingsId: "FindingProviderFields.RelatedFindings.Id",
    FindingProviderFieldsRelatedFindingsProductArn: "FindingProviderFields.RelatedFindings.ProductArn",
    FindingProviderFieldsSeverityLabel: "FindingProviderFields.Severity.Label",
    FindingProviderFieldsSeverityOriginal: "FindingProviderFields.Severity.Original",
    FindingProviderFieldsTypes: "FindingProviderFields.Types",
    VulnerabilitiesExploitAvailable: "Vulnerabilities.ExploitAvailable",
    VulnerabilitiesFixAvailable: "Vulnerabilities.FixAvailable",
  }),
  ...fields("date", {
    FirstObservedAt: "",
    LastObservedAt: "",
    CreatedAt: "",
    UpdatedAt: "",
    ProcessLaunchedAt: "Process.LaunchedAt",
    ProcessTerminatedAt: "Process.TerminatedAt",
    ThreatIntelIndicatorLastObservedAt: "ThreatIntelIndicators.LastObservedAt",
    ResourceAwsEc2InstanceLaunchedAt: "Resources.Details.AwsEc2Instance.LaunchedAt",
    ResourceAwsIamAccessKeyCreatedAt: "Resources.Details.AwsIamAccessKey.CreatedAt",
    ResourceContainerLaunchedAt: "Resources.Details.Container.LaunchedAt",
    NoteUpdatedAt: "Note.UpdatedAt",
  }),
  ...fields("number", {
    SeverityProduct: "Severity.Product",
    SeverityNormalized: "Severity.Normalized",
    Confidence: "",
    Criticality: "",
    NetworkSourcePort: "Network.SourcePort",
    NetworkDestinationPort: "Network.DestinationPort",
    ProcessPid: "Process.Pid",
    ProcessParentPid: "Process.ParentPid",
    FindingProviderFieldsConfidence: "FindingProviderFields.Confidence",
    FindingProviderFieldsCriticality: "FindingProviderFields.Criticality",
  }),
  ...fields("map", {
    ProductFields: "",
    UserDefinedFields: "",
    ResourceTags: "Resources.Tags",
    ResourceDetailsOther: "Resources.Details.Other",
  }),
  ...fields("ip", {
    NetworkSourceIpV4: "Network.SourceIpV4",
    NetworkSourceIpV6: "Network.SourceIpV6",
    NetworkDestinationIpV4: "Network.DestinationIpV4",
    NetworkDestinationIpV6: "Network.DestinationIpV6",
    ResourceAwsEc2InstanceIpV4Addresses: "Resources.Details.AwsEc2Instance.IpV4Addresses",
    ResourceAwsEc2InstanceIpV6Addresses: "Resources.Details.AwsEc2Instance.IpV6Addresses",
  }),
  ...fields("keyword", { Keyword: "" }),
  ...fields("boolean", { Sample: "" }),
};

/** The values at a path of a finding, those of every item of the lists on the way. */
export function valuesAt(value: unknown, path: string): unknown[] {
  let values = [value];
  for (const name of path.split(".")) {
    values = values.flat().map((each) => (each as Record<string, unknown> | undefined)?.[name]);
  }
  return values.flat().filter((each) => each !== undefined && each !== null);
}
