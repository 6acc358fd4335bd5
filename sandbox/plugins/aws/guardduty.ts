import type { ResourceTypes } from "../provider/resource.ts";
import { detector } from "./guardduty/detector.ts";
import { detectorFeature } from "./guardduty/detector-feature.ts";
import { filter } from "./guardduty/filter.ts";
import { member } from "./guardduty/member.ts";
import { memberDetectorFeature } from "./guardduty/member-detector-feature.ts";
import { organizationAdminAccount } from "./guardduty/organization-admin-account.ts";
import { organizationConfiguration } from "./guardduty/organization-configuration.ts";
import { organizationConfigurationFeature } from "./guardduty/organization-configuration-feature.ts";
import { publishingDestination } from "./guardduty/publishing-destination.ts";

export const guardDuty: ResourceTypes = {
  "aws:guardduty/detector:Detector": detector,
  "aws:guardduty/detectorFeature:DetectorFeature": detectorFeature,
  "aws:guardduty/filter:Filter": filter,
  "aws:guardduty/member:Member": member,
  "aws:guardduty/memberDetectorFeature:MemberDetectorFeature": memberDetectorFeature,
  "aws:guardduty/organizationAdminAccount:OrganizationAdminAccount": organizationAdminAccount,
  "aws:guardduty/organizationConfiguration:OrganizationConfiguration": organizationConfiguration,
  "aws:guardduty/organizationConfigurationFeature:OrganizationConfigurationFeature": organizationConfigurationFeature,
  "aws:guardduty/publishingDestination:PublishingDestination": publishingDestination,
};
