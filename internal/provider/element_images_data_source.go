package provider

import (
	"context"
	"time"

	"github.com/hashicorp/terraform-plugin-framework-timeouts/datasource/timeouts"
	"github.com/hashicorp/terraform-plugin-framework/datasource"
	"github.com/hashicorp/terraform-plugin-framework/datasource/schema"
	"github.com/hashicorp/terraform-plugin-framework/diag"
	"github.com/hashicorp/terraform-plugin-framework/path"
	"github.com/hashicorp/terraform-plugin-framework/schema/validator"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/sdwanops/terraform-provider-prismasdwan/internal/inventory"
	"github.com/sdwanops/terraform-provider-prismasdwan/internal/rollout"
)

var (
	_ datasource.DataSourceWithConfigure      = (*elementImagesDataSource)(nil)
	_ datasource.DataSourceWithValidateConfig = (*elementImagesDataSource)(nil)
)

type elementImagesDataSource struct {
	connection *connection
	now        func() time.Time
}

func newElementImagesDataSource() datasource.DataSource {
	return &elementImagesDataSource{now: time.Now}
}

type elementImagesModel struct {
	Version      types.String   `tfsdk:"version"`
	Model        types.String   `tfsdk:"model"`
	States       types.List     `tfsdk:"states"`
	Timeouts     timeouts.Value `tfsdk:"timeouts"`
	Items        []imageModel   `tfsdk:"items"`
	Latest       *string        `tfsdk:"latest"`
	Recommended  *string        `tfsdk:"recommended"`
	LatestLTS    *string        `tfsdk:"latest_lts"`
	MatchedCount *int64         `tfsdk:"matched_count"`
}

type imageModel struct {
	ID                     string   `tfsdk:"id"`
	Version                *string  `tfsdk:"version"`
	State                  *string  `tfsdk:"state"`
	Type                   *string  `tfsdk:"type"`
	IsLTS                  *bool    `tfsdk:"is_lts"`
	RecommendedRelease     *bool    `tfsdk:"recommended_release"`
	EOLDate                *string  `tfsdk:"eol_date"`
	FIPSCertified          *bool    `tfsdk:"fips_certified"`
	FIPSCertificationValid *bool    `tfsdk:"fips_certification_valid"`
	ML7Version             *string  `tfsdk:"ml7_version"`
	ReleaseURL             *string  `tfsdk:"release_url"`
	Models                 []string `tfsdk:"models"`
}

func (d *elementImagesDataSource) Metadata(_ context.Context, req datasource.MetadataRequest, resp *datasource.MetadataResponse) {
	resp.TypeName = req.ProviderTypeName + "_element_images"
}

func (d *elementImagesDataSource) Configure(_ context.Context, req datasource.ConfigureRequest, resp *datasource.ConfigureResponse) {
	d.connection = connectionOf(req.ProviderData, &resp.Diagnostics)
}

func (d *elementImagesDataSource) Schema(_ context.Context, _ datasource.SchemaRequest, resp *datasource.SchemaResponse) {
	resp.Schema = schema.Schema{
		MarkdownDescription: "Reads the software images that the tenant is offered, in one request.\n\n" +
			"`latest`, `recommended` and `latest_lts` are chosen among the images that match the arguments. " +
			"An image is never one of them if its state is `" + inventory.ImageUnsupported + "`, if its end of life is before today (UTC), or if its version is not complete. " +
			"An image without a known end of life counts as supported, and so does one in any other state: set `states = [\"" + inventory.ImageReleased + "\"]` for released images only.",
		Attributes: map[string]schema.Attribute{
			"version": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Only images of this version, such as `6.3.6-b9`, or in this constraint, such as `>= 6.3.5-b1, < 6.4.0` or `~> 6.3.0`. " +
					"A version without a build stands for all builds of the release. An image without a readable version is left out. Default: all versions.",
			},
			"model": schema.StringAttribute{
				Optional: true,
				MarkdownDescription: "Only images that are offered for this element model, such as `ion 3200`; letter case counts. " +
					"An image that does not say its models is left out. Default: all images.",
			},
			"states": schema.ListAttribute{
				Optional: true, ElementType: types.StringType, Validators: []validator.List{entries{emptyAllowed: true}},
				MarkdownDescription: "Only images in one of these states, as the controller spells them. `" + inventory.ImageReleased + "` and `" + inventory.ImageUnsupported +
					"` are known; the vendor documents no list. An image without a state is left out. An empty list selects nothing. Default: all states.",
			},
			"timeouts": readTimeouts("`" + shortDuration(defaultReadTimeout) + "`"),
			"items": schema.ListNestedAttribute{
				Computed: true,
				MarkdownDescription: "The images that match, newest version first, numbers compared as numbers. Images without a complete version come last; " +
					"images of one version are ordered by `id`. What the controller sent as null or left out is null.",
				NestedObject: schema.NestedAttributeObject{Attributes: imageAttributes()},
			},
			"latest": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Newest version among the images that match; a tagged one, such as `6.3.6-pre-b38`, counts too. Null where there is none.",
			},
			"recommended": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Newest version among the images that match and have `recommended_release`. Null where there is none.",
			},
			"latest_lts": schema.StringAttribute{
				Computed: true, MarkdownDescription: "Newest version among the images that match and have `is_lts`. Null where there is none.",
			},
			"matched_count": schema.Int64Attribute{Computed: true, MarkdownDescription: "Number of images that match, which are all in `items`."},
		},
	}
}

func imageAttributes() map[string]schema.Attribute {
	text := func(description string) schema.Attribute {
		return schema.StringAttribute{Computed: true, MarkdownDescription: description}
	}
	flag := func(description string) schema.Attribute {
		return schema.BoolAttribute{Computed: true, MarkdownDescription: description}
	}
	return map[string]schema.Attribute{
		"id":                       text("Id of the image, which `active_image_id` of a status and `target_image_id` of a gate refer to."),
		"version":                  text("Version, such as `6.3.6-b9`."),
		"state":                    text("State, as the controller spells it: `" + inventory.ImageReleased + "`, `" + inventory.ImageUnsupported + "` or another text."),
		"type":                     text("Type of the image; the vendor documents no values."),
		"is_lts":                   flag("True for a release with long-term support."),
		"recommended_release":      flag("True for a release that the vendor recommends."),
		"eol_date":                 text("Last day of support, as `yyyy-MM-dd`. Null also where the controller's text is not such a date."),
		"fips_certified":           flag("True for an image that is FIPS certified."),
		"fips_certification_valid": flag("True while the FIPS certification is valid."),
		"ml7_version":              text("Value of `ml7_version`, whose meaning the vendor does not document."),
		"release_url":              text("Address of the release notes."),
		"models": schema.ListAttribute{
			Computed: true, ElementType: types.StringType,
			MarkdownDescription: "Element models that the image is offered for, in alphabetical order (from `model_software_map`). Null where they are not known.",
		},
	}
}

// ValidateConfig checks the arguments as far as they are known.
func (d *elementImagesDataSource) ValidateConfig(ctx context.Context, req datasource.ValidateConfigRequest, resp *datasource.ValidateConfigResponse) {
	var model elementImagesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if !resp.Diagnostics.HasError() {
		model.choice(ctx, &resp.Diagnostics)
	}
}

// choice reads the arguments; one that is not known yet is no condition.
func (m *elementImagesModel) choice(ctx context.Context, diags *diag.Diagnostics) inventory.Choice {
	states, _ := knownTexts(ctx, m.States, diags)
	constraint, err := rollout.ParseVersions(rollout.ArgumentVersion, optionalText(m.Version))
	addArgumentErrors(diags, err)
	choice := inventory.Choice{Version: constraint, Model: optionalText(m.Model), States: states}
	if choice.Model != nil && *choice.Model == "" {
		invalid(diags, path.Root("model"), `""`,
			"An empty text is not an element model. Write a model such as `ion 3200`, or leave the argument out (null) for any model.")
	}
	for i, state := range states {
		if state == "" {
			invalid(diags, path.Root("states").AtListIndex(i), `""`,
				"An empty text is not a state of an image. Write a state such as `"+inventory.ImageReleased+"`, or leave the entry out.")
		}
	}
	return choice
}

func (d *elementImagesDataSource) Read(ctx context.Context, req datasource.ReadRequest, resp *datasource.ReadResponse) {
	var model elementImagesModel
	resp.Diagnostics.Append(req.Config.Get(ctx, &model)...)
	if resp.Diagnostics.HasError() || !d.connection.ready(req.Config, &resp.Diagnostics) {
		return
	}
	choice := model.choice(ctx, &resp.Diagnostics)
	limit, problems := model.Timeouts.Read(ctx, defaultReadTimeout)
	resp.Diagnostics.Append(problems...)
	if resp.Diagnostics.HasError() {
		return
	}
	ctx, cancel := context.WithTimeout(d.connection.logging(ctx), limit)
	defer cancel()
	images, err := d.connection.client.Images(ctx)
	if err != nil {
		d.connection.addError(&resp.Diagnostics, err)
		return
	}
	model.show(inventory.NewCatalogue(images).Select(choice), inventory.DateOf(d.now()))
	resp.Diagnostics.Append(resp.State.Set(ctx, &model)...)
}

func (m *elementImagesModel) show(selected *inventory.Catalogue, today inventory.Date) {
	images := selected.Images()
	m.Items = make([]imageModel, len(images))
	for i := range images {
		m.Items[i] = newImageModel(&images[i])
	}
	m.Latest = versionOf(selected.Latest(today))
	m.Recommended = versionOf(selected.Recommended(today))
	m.LatestLTS = versionOf(selected.LatestLTS(today))
	m.MatchedCount = new(int64(len(images)))
}

func versionOf(image *inventory.Image) *string {
	if image == nil {
		return nil
	}
	return image.Version
}

func newImageModel(image *inventory.Image) imageModel {
	model := imageModel{
		ID:                     image.ID,
		Version:                image.Version,
		State:                  image.State,
		Type:                   image.Type,
		IsLTS:                  image.IsLTS,
		RecommendedRelease:     image.Recommended,
		FIPSCertified:          image.FIPSCertified,
		FIPSCertificationValid: image.FIPSCertificationValid,
		ML7Version:             image.ML7Version,
		ReleaseURL:             image.ReleaseURL,
		Models:                 image.Models,
	}
	if image.EndOfLife != nil {
		model.EOLDate = new(image.EndOfLife.String())
	}
	return model
}
