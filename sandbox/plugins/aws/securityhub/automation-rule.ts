import type {
  AutomationRulesAction,
  AutomationRulesFindingFieldsUpdate,
  AutomationRulesFindingFilters,
  RuleStatus,
} from "@aws-sdk/client-securityhub";
import { unless } from "../../provider/errors.ts";
import type { Place } from "../../provider/place.ts";
import {
  block,
  boolean,
  type InputsOf,
  list,
  map,
  number,
  type OutputsOf,
  output,
  set,
  string,
} from "../../provider/property.ts";
import { resource } from "../../provider/resource.ts";
import { asMap, tagChanges, tagFields } from "../../provider/tags.ts";
import { absent, securityHubClient } from "./client.ts";
import { criteriaNames } from "./criteria-names.ts";
import { filterFields, filtersFromAws, filtersToAws } from "./finding-filters.ts";

const required = string({ required: true });

const properties = {
  actions: set(
    block({
      findingFieldsUpdate: block({
        confidence: number(),
        criticality: number(),
        note: block({ text: required, updatedBy: required }),
        relatedFindings: set(block({ id: required, productArn: required })),
        severity: block({ label: string({ computed: true }), product: number() }),
        types: list(string()),
        userDefinedFields: map(),
        verificationState: string(),
        workflow: block({ status: string() }),
      }),
      type: string(),
    }),
    { required: true },
  ),
  criteria: block(filterFields(criteriaNames, "number"), { required: true }),
  description: string({ required: true }),
  isTerminal: boolean({ default: false }),
  ruleName: string({ required: true }),
  ruleOrder: number({ required: true }),
  ruleStatus: string({ computed: true }),
  ...tagFields,
  arn: output(string()),
};

type Inputs = InputsOf<typeof properties>;
type Action = Inputs["actions"][number];

function actionToAws({ type, findingFieldsUpdate: update }: Action): AutomationRulesAction {
  const sent = update && {
    Confidence: update.confidence,
    Criticality: update.criticality,
    Note: update.note && { Text: update.note.text, UpdatedBy: update.note.updatedBy },
    RelatedFindings: update.relatedFindings?.map(({ id, productArn }) => ({ Id: id, ProductArn: productArn })),
    Severity: update.severity && { Label: update.severity.label, Product: update.severity.product },
    Types: update.types,
    UserDefinedFields: update.userDefinedFields,
    VerificationState: update.verificationState,
    Workflow: update.workflow && { Status: update.workflow.status },
  };
  // Labels, states and statuses are strings to a program; AWS checks them.
  return { Type: type, FindingFieldsUpdate: sent } as AutomationRulesAction;
}

function actionFromAws({ Type: type, FindingFieldsUpdate: live }: AutomationRulesAction): Action {
  return { type, ...(live ? { findingFieldsUpdate: updateFromAws(live) } : {}) };
}

function updateFromAws(live: AutomationRulesFindingFieldsUpdate): NonNullable<Action["findingFieldsUpdate"]> {
  const { Note: note, RelatedFindings: related, Severity: severity, Workflow: workflow } = live;
  return {
    confidence: live.Confidence,
    criticality: live.Criticality,
    note: note && { text: note.Text ?? "", updatedBy: note.UpdatedBy ?? "" },
    relatedFindings: related?.map((each) => ({ id: each.Id ?? "", productArn: each.ProductArn ?? "" })),
    severity: severity && { label: severity.Label, product: severity.Product },
    types: live.Types,
    userDefinedFields: live.UserDefinedFields,
    verificationState: live.VerificationState,
    workflow: workflow && { status: workflow.Status },
  };
}

function toAws(inputs: Inputs) {
  return {
    Actions: inputs.actions.map(actionToAws),
    Criteria: filtersToAws(criteriaNames, inputs.criteria) as AutomationRulesFindingFilters,
    Description: inputs.description,
    IsTerminal: inputs.isTerminal,
    RuleName: inputs.ruleName,
    RuleOrder: inputs.ruleOrder,
    RuleStatus: inputs.ruleStatus as RuleStatus | undefined,
  };
}

async function find(place: Place, arn: string) {
  const hub = await place.client(securityHubClient);
  return (await unless(hub.batchGetAutomationRules({ AutomationRulesArns: [arn] }), ...absent))?.Rules?.[0];
}

export const automationRule = resource({
  title: "Security Hub Automation Rule",
  properties,
  label: (inputs) => inputs.ruleName,
  async create(place, inputs) {
    const hub = await place.client(securityHubClient);
    const { RuleArn } = await hub.createAutomationRule({ ...toAws(inputs), Tags: asMap(inputs.tagsAll) });
    return RuleArn ?? "";
  },
  async read(place, id): Promise<OutputsOf<typeof properties> | undefined> {
    const found = await find(place, id);
    if (!found) return undefined;
    const hub = await place.client(securityHubClient);
    const { Tags = {} } = await hub.listTagsForResource({ ResourceArn: id });
    return {
      actions: found.Actions?.map(actionFromAws),
      criteria: filtersFromAws(criteriaNames, "number", found.Criteria ?? {}),
      description: found.Description,
      isTerminal: found.IsTerminal,
      ruleName: found.RuleName,
      ruleOrder: found.RuleOrder,
      ruleStatus: found.RuleStatus,
      tagsAll: Tags,
      arn: found.RuleArn,
    };
  },
  async update(place, id, inputs, changed, prior) {
    const hub = await place.client(securityHubClient);
    if ([...changed].some((name) => !/^tags/.test(name))) {
      await hub.batchUpdateAutomationRules({
        UpdateAutomationRulesRequestItems: [{ RuleArn: id, ...toAws(inputs) }],
      });
    }
    const tags = tagChanges(prior.tagsAll, inputs.tagsAll);
    if (tags.remove.length > 0) await hub.untagResource({ ResourceArn: id, TagKeys: tags.remove });
    if (Object.keys(tags.set).length > 0) await hub.tagResource({ ResourceArn: id, Tags: tags.set });
  },
  async delete(place, id) {
    const hub = await place.client(securityHubClient);
    await unless(hub.batchDeleteAutomationRules({ AutomationRulesArns: [id] }), ...absent);
  },
});
