/**
 * Findings of GuardDuty that somebody else may be using an IAM identity's credentials, as Security Hub writes their types (GuardDuty user
 * guide, "Integrating with AWS Security Hub CSPM", table of finding types in ASFF). Their resource is the access key (`AwsIamAccessKey`).
 */
export const MISUSED_CREDENTIALS: readonly string[] = [
  "TTPs/Command and Control/UnauthorizedAccess:IAMUser-TorIPCaller",
  "TTPs/Credential Access/IAMUser-AnomalousBehavior",
  "TTPs/Defense Evasion/IAMUser-AnomalousBehavior",
  "TTPs/Discovery/IAMUser-AnomalousBehavior",
  "TTPs/Discovery/Recon:IAMUser-MaliciousIPCaller",
  "TTPs/Discovery/Recon:IAMUser-MaliciousIPCaller.Custom",
  "TTPs/Discovery/Recon:IAMUser-TorIPCaller",
  "TTPs/Impact/IAMUser-AnomalousBehavior",
  "TTPs/Initial Access/IAMUser-AnomalousBehavior",
  "TTPs/PenTest:IAMUser/KaliLinux",
  "TTPs/PenTest:IAMUser/ParrotLinux",
  "TTPs/PenTest:IAMUser/PentooLinux",
  "TTPs/Persistence/IAMUser-AnomalousBehavior",
  "TTPs/Privilege Escalation/IAMUser-AnomalousBehavior",
  "TTPs/UnauthorizedAccess:IAMUser-MaliciousIPCaller",
  "TTPs/UnauthorizedAccess:IAMUser-MaliciousIPCaller.Custom",
];

/** Somebody has signed in to the console as a user from places that are too far apart. */
export const MISUSED_SIGN_IN = "TTPs/UnauthorizedAccess:IAMUser-ConsoleLoginSuccess.B";

/** Credentials of a role that belong to an instance or another resource are used elsewhere. */
export const STOLEN_ROLE_CREDENTIALS: readonly string[] = [
  "Effects/Data Exfiltration/UnauthorizedAccess:IAMUser-InstanceCredentialExfiltration.InsideAWS",
  "Effects/Data Exfiltration/UnauthorizedAccess:IAMUser-InstanceCredentialExfiltration.OutsideAWS",
  "Effects/Data Exfiltration/UnauthorizedAccess:IAMUser-ResourceCredentialExfiltration.InsideAWS",
  "Effects/Data Exfiltration/UnauthorizedAccess:IAMUser-ResourceCredentialExfiltration.OutsideAWS",
];
