package provider

import (
	"context"
	"math/big"
	"strconv"
	"strings"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework-validators/listvalidator"
	"github.com/hashicorp/terraform-plugin-framework-validators/stringvalidator"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"
	"github.com/hashicorp/terraform-plugin-framework/types/basetypes"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/imagestatus"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/sdwan"
)

var (
	_ datasource.DataSourceWithConfigure      = (*elementImageStatusAggregateDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*elementImageStatusAggregateDataSource)(nil)
)

type elementImageStatusAggregateDataSource struct{ connection *connection }

func newElementImageStatusAggregateDataSource() datasource.DataSource {
	return &elementImageStatusAggregateDataSource{}
}

type elementImageStatusAggregateModel struct {
	selectionModel
	Aggregate    types.Object   `tfsdk:"aggregate"`
	GroupBy      types.List     `tfsdk:"group_by"`
	Compute      types.String   `tfsdk:"compute"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
	Results      []resultModel  `tfsdk:"results"`
	Value        *big.Float     `tfsdk:"value"`
	MatchedCount types.Int64    `tfsdk:"matched_count"`
	ComputedBy   types.String   `tfsdk:"computed_by"`
}

type aggregateModel struct {
	Operator  types.String `tfsdk:"operator"`
	Field     types.String `tfsdk:"field"`
	Name      types.String `tfsdk:"name"`
	Statistic types.String `tfsdk:"statistic"`
	Unit      types.String `tfsdk:"unit"`
}

type resultModel struct {
	Group map[string]*string `tfsdk:"group"`
	Value *big.Float         `tfsdk:"value"`
	Count int64              `tfsdk:"count"`
}

func (d *elementImageStatusAggregateDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_element_image_status_aggregate"
}

func (d *elementImageStatusAggregateDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.connection = connectionOf(req.ProviderData, &resp.Diagnostics)
}

func (d *elementImageStatusAggregateDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	attributes := selectionAttributes()
	attributes["aggregate"] = aggregateAttribute()
	attributes["group_by"] = schema.ListAttribute{
		Optional: true, ElementType: types.StringType,
		Validators: []validator.List{entries{emptyAllowed: true}, listvalidator.UniqueValues()},
		MarkdownDescription: "Fields by whose values the rows are grouped: any field of a filter; `" + imagestatus.FieldPhase +
			"`, which the provider derives from `upgrade_state`; or of the row's element " + markdownList(elementGroupNames()) + ", for which the list of elements is read, " +
			"and the list of sites for `site_name` only. Where a list cannot be read, that is an error. Groups of `connected` are `true` and `false` as text. " +
			"Null is the group of rows whose element does not have the value, or is not in the list. " +
			"Default: one group of all rows. An empty list is the same as none.",
	}
	attributes["compute"] = schema.StringAttribute{
		Optional:   true,
		Validators: []validator.String{stringvalidator.OneOf(computes()...)},
		MarkdownDescription: "Who computes. `" + string(sdwan.ComputeAuto) + "`: the controller where its answer can be verified (a count of rows by `id` or `element_id` " +
			"whose groups are those of `group_by` and add up to the matches), otherwise the provider from the rows. `" + string(sdwan.ComputeController) + "`: the controller, or an error; " +
			"whether it leaves nulls out is not published, and its mean is a whole number. `" + string(sdwan.ComputeProvider) + "`: the provider. Default: `" + computes()[0] + "`.",
	}
	attributes["timeouts"] = readTimeouts("`" + shortDuration(defaultReadTimeout) + "`")
	attributes["results"] = schema.ListNestedAttribute{
		Computed:            true,
		MarkdownDescription: "One object for each group, ordered by the group's values with null first. Without `group_by`, exactly one.",
		NestedObject: schema.NestedAttributeObject{Attributes: map[string]schema.Attribute{
			"group": schema.MapAttribute{
				Computed: true, ElementType: types.StringType,
				MarkdownDescription: "The group's value of each field of `group_by`, as text; null where the rows have none.",
			},
			"value": schema.NumberAttribute{Computed: true, MarkdownDescription: valueDescription},
			"count": schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of rows in the group."},
		}},
	}
	attributes["value"] = schema.NumberAttribute{
		Computed: true, MarkdownDescription: "Value over all rows that match; null with `group_by`. " + valueDescription,
	}
	attributes["matched_count"] = schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of rows that match."}
	attributes["computed_by"] = schema.StringAttribute{
		Computed: true, MarkdownDescription: "Who computed: `" + string(sdwan.ComputeController) + "` or `" + string(sdwan.ComputeProvider) + "`.",
	}
	resp.Schema = schema.Schema{
		MarkdownDescription: "Counts, adds up or compares over all rows that match, without keeping them: state holds the results only.\n\n" +
			"A null is left out and never counted as zero.",
		Attributes: attributes,
	}
}

const valueDescription = "Integers are exact, a mean is rounded to six decimals. Null where every value is null; a count is then 0."

func aggregateAttribute() schema.Attribute {
	passedThrough := func(name string) schema.Attribute {
		return schema.StringAttribute{
			Optional:            true,
			Validators:          []validator.String{stringvalidator.LengthAtLeast(1)},
			MarkdownDescription: "`" + name + "` of the request, passed through to the controller when it computes. The vendor does not document its meaning. Default: not sent.",
		}
	}
	var meanings []string
	for _, operator := range imagestatus.AggregateOperators() {
		meanings = append(meanings, "`"+string(operator)+"` ("+operator.Meaning()+")")
	}
	return schema.SingleNestedAttribute{
		Required: true, MarkdownDescription: "What to compute.",
		Attributes: map[string]schema.Attribute{
			"operator":  schema.StringAttribute{Required: true, MarkdownDescription: "Operator: " + strings.Join(meanings, ", ") + "."},
			"field":     schema.StringAttribute{Required: true, MarkdownDescription: "Field to compute with: any field for `count`, an integer field for the others."},
			"name":      passedThrough("name"),
			"statistic": passedThrough("statistic"),
			"unit":      passedThrough("unit"),
		},
	}
}

func computes() []string {
	var names []string
	for _, compute := range sdwan.Computes() {
		names = append(names, string(compute))
	}
	return names
}

// ValidateConfig checks the arguments as far as they are known.
func (d *elementImageStatusAggregateDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var model elementImageStatusAggregateModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() {
		return
	}
	chosen, _ := model.choice(ctx, &resp.Diagnostics)
	aggregate, known := model.aggregate(ctx, &resp.Diagnostics)
	if known {
		addArgumentErrors(&resp.Diagnostics, aggregate.Check())
	}
	model.checkCompute(chosen, aggregate, &resp.Diagnostics)
}

// checkCompute reports a `compute` of `controller` with conditions or groups that the
// controller does not have.
func (m *elementImageStatusAggregateModel) checkCompute(chosen choice, aggregate imagestatus.Aggregate, diags *diag.Diagnostics) {
	if m.Compute.ValueString() != string(sdwan.ComputeController) {
		return
	}
	var advice string
	switch derived := aggregate.Derived(); {
	case chosen.Narrows():
		advice = "The controller can compare neither `where` nor the `phase` of a filter. Use `auto` or `provider`, or filter by fields of the row."
	case len(derived) > 0 && aggregate.Check() == nil:
		advice = "The controller cannot group by " + markdownList(derived) + ". Use `auto` or `provider`, or group by fields of the row."
	default:
		return
	}
	invalid(diags, path.Root("compute"), strconv.Quote(string(sdwan.ComputeController)), advice)
}

// aggregate reads the arguments; its Resolvers lack a fleet. known is false if an
// argument is not known yet, or is null though required, which the schema reports.
func (m *elementImageStatusAggregateModel) aggregate(ctx context.Context, diags *diag.Diagnostics) (aggregate imagestatus.Aggregate, known bool) {
	if m.Aggregate.IsUnknown() || m.Aggregate.IsNull() {
		return aggregate, false
	}
	var model aggregateModel
	diags.Append(m.Aggregate.As(ctx, &model, basetypes.ObjectAsOptions{})...)
	groupBy, known := knownTexts(ctx, m.GroupBy, diags)
	return imagestatus.Aggregate{
		Operator:  imagestatus.AggregateOperator(model.Operator.ValueString()),
		Field:     model.Field.ValueString(),
		GroupBy:   groupBy,
		Resolvers: elementGroups(nil),
		Name:      model.Name.ValueStringPointer(),
		Statistic: model.Statistic.ValueStringPointer(),
		Unit:      model.Unit.ValueStringPointer(),
	}, known && optionalText(model.Operator) != nil && optionalText(model.Field) != nil
}

func (d *elementImageStatusAggregateDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model elementImageStatusAggregateModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.connection.ready(req.Config, &resp.Diagnostics) {
		return
	}
	chosen, _ := model.choice(ctx, &resp.Diagnostics)
	aggregate, _ := model.aggregate(ctx, &resp.Diagnostics)
	addArgumentErrors(&resp.Diagnostics, aggregate.Check())
	model.checkCompute(chosen, aggregate, &resp.Diagnostics)
	limit, problems := model.Timeouts.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(problems...)
	if resp.Diagnostics.HasError() {
		return
	}
	compute := sdwan.ComputeAuto
	if !model.Compute.IsNull() {
		compute = sdwan.Compute(model.Compute.ValueString())
	}
	ctx, cancel := context.WithTimeout(d.connection.logging(ctx), limit)
	defer cancel()
	selection, fleet, ok := d.connection.selection(ctx, chosen, listsOf(aggregate.GroupBy), &resp.Diagnostics)
	if !ok {
		return
	}
	aggregate.Resolvers = elementGroups(fleet)
	aggregated, err := d.connection.client.Aggregate(ctx, imagestatus.Query{Selection: selection}, aggregate, compute)
	if err != nil {
		d.connection.addError(&resp.Diagnostics, err)
		return
	}
	model.show(aggregated, aggregate)
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (m *elementImageStatusAggregateModel) show(aggregated sdwan.Aggregated, aggregate imagestatus.Aggregate) {
	m.Results = make([]resultModel, len(aggregated.Groups))
	for i, group := range aggregated.Groups {
		result := resultModel{Group: make(map[string]*string, len(group.Key)), Value: number(group.Value), Count: group.Count}
		for position, value := range group.Key {
			result.Group[aggregate.GroupBy[position]] = textOrNull(value)
		}
		m.Results[i] = result
	}
	if len(aggregate.GroupBy) == 0 && len(m.Results) == 1 {
		m.Value = m.Results[0].Value
	}
	m.MatchedCount = types.Int64Value(aggregated.Matched)
	m.ComputedBy = types.StringValue(string(aggregated.By))
}

func textOrNull(value imagestatus.Value) *string {
	if value.Null() {
		return nil
	}
	text := value.Text()
	return &text
}

const (
	numberPrecision = 512 // in bits, as Terraform's
	meanDecimals    = 6
)

// number is exact for integers.
func number(value *big.Rat) *big.Float {
	if value == nil {
		return nil
	}
	if value.IsInt() {
		return new(big.Float).SetPrec(numberPrecision).SetInt(value.Num())
	}
	rounded, _, err := big.ParseFloat(value.FloatString(meanDecimals), 10, numberPrecision, big.ToNearestEven)
	if err != nil {
		return nil
	}
	return rounded
}
