import type { ResourceTypes } from "../provider/resource.ts";
import { detector } from "./guardduty/detector.ts";
import { member } from "./guardduty/member.ts";
import { organizationAdminAccount } from "./guardduty/organization-admin-account.ts";
import { organizationConfiguration } from "./guardduty/organization-configuration.ts";

export const guardDuty: ResourceTypes = {
  "aws:guardduty/detector:Detector": detector,
  "aws:guardduty/member:Member": member,
  "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount": organizationAdminAccount,
  "aws:guardduty/organizationConfiguration:OrganizationConfiguration": organizationConfiguration,
};
