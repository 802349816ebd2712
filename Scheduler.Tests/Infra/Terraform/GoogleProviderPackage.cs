using System.Text.RegularExpressions;
using Google.Protobuf;
using Scheduler.Tests.Infra.Terraform.Wire;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Infra.Terraform;

/// <summary>
/// The schema of hashicorp/google 6.50.0 as far as the npm package <c>@cdktf/provider-google</c> tells it: bindings that were generated
/// from the provider, one file for each resource. A class lists its arguments, and says of each whether it is a block and of what type;
/// one that may be left out has a method that takes it back, and comments tell what the provider computes.
/// </summary>
internal sealed partial class GoogleProviderPackage
{
    private const string Prefix = "google_";
    private const string Dynamic = "\"dynamic\"";
    private readonly string lib;

    private GoogleProviderPackage(string lib) => this.lib = lib;

    /// <summary>Null where the package was not fetched.</summary>
    public static GoogleProviderPackage? Find()
    {
        var lib = Path.Combine(Repository.Root, "Scheduler.Tests/node_modules/@cdktf/provider-google/lib");
        return Directory.Exists(lib) ? new GoogleProviderPackage(lib) : null;
    }

    /// <summary>The schema of the provider itself.</summary>
    public Schema Provider() => Read(Path.Combine(lib, "provider", "index.js"));

    /// <summary>The schema of a resource, such as <c>google_kms_key_ring</c>; null when the provider has none of that name.</summary>
    public Schema? Resource(string type)
    {
        var file = Path.Combine(lib, type[Prefix.Length..].Replace('_', '-'), "index.js");
        return File.Exists(file) ? Read(file) : null;
    }

    private static Schema Read(string file)
    {
        var text = File.ReadAllText(file);
        var classes = Class().Matches(text).ToDictionary(found => found.Groups["name"].Value, found => found.Value);
        var functions = Function()
            .Matches(text)
            .ToDictionary(found => found.Groups["name"].Value, found => found.Groups["body"].Value);
        var (name, own) = classes.Single(type => Root().IsMatch(type.Value));
        var block = Read(own, own, functions, classes, []);
        foreach (var attribute in ReadComputed(own, block))
        {
            block.Attributes.Add(attribute);
        }
        return block.Attributes.Count > 0
            ? new Schema { Block = block }
            : throw new InvalidDataException($"{file}: {name} has no arguments; the package has another form.");
    }

    /// <param name="list">Holds the list of the arguments.</param>
    /// <param name="own">The class of the block, with the comments.</param>
    /// <param name="within">The blocks that this one is in: some may hold each other.</param>
    private static Block Read(
        string list,
        string own,
        Dictionary<string, string> functions,
        Dictionary<string, string> classes,
        IReadOnlyList<string> within
    )
    {
        var block = new Block();
        var traits = Traits(own);
        foreach (Match argument in Argument().Matches(list))
        {
            var name = argument.Groups["name"].Value;
            var form = argument.Groups["form"].Value;
            var isRequired = IsRequired(own, name);
            var trait = new Trait(isRequired, !isRequired, traits.TryGetValue(name, out var said) && said.IsComputed);
            var nested = Mapper().Match(argument.Groups["value"].Value).Groups["name"].Value;
            if (functions.TryGetValue(nested, out var inner) && !within.Contains(nested))
            {
                var isMany = argument.Groups["value"].Value.Contains("listMapperHcl", StringComparison.Ordinal);
                var isStruct = form == "struct";
                if (isStruct || argument.Groups["block"].Value == "true")
                {
                    var type = char.ToUpperInvariant(nested[0]) + nested[1..] + "OutputReference";
                    block.BlockTypes.Add(
                        new NestedBlock
                        {
                            TypeName = name,
                            Nesting = form switch
                            {
                                "struct" => NestedBlock.Types.Nesting.Single,
                                "set" => NestedBlock.Types.Nesting.Set,
                                _ => NestedBlock.Types.Nesting.List,
                            },
                            MinItems = trait.IsRequired && !isStruct ? 1 : 0,
                            MaxItems = isMany || isStruct ? 0 : 1,
                            // Some have no class: then nothing is said of what is required.
                            Block = Read(
                                inner,
                                classes.GetValueOrDefault(type, ""),
                                functions,
                                classes,
                                [.. within, nested]
                            ),
                        }
                    );
                    continue;
                }
            }
            block.Attributes.Add(
                Attribute(
                    name,
                    nested.Length > 0 && functions.ContainsKey(nested)
                        ? Dynamic
                        : TypeOf(form, argument.Groups["storage"].Value),
                    trait with
                    {
                        // What a state is found by; the provider makes it.
                        IsComputed = !isRequired && (trait.IsComputed || name == "id"),
                    }
                )
            );
        }
        return block;
    }

    /// <summary>What the provider alone sets, which the list of arguments does not have.</summary>
    private static IEnumerable<Wire.Attribute> ReadComputed(string own, Block block)
    {
        var known = block
            .Attributes.Select(attribute => attribute.Name)
            .Concat(block.BlockTypes.Select(type => type.TypeName))
            .ToHashSet();
        foreach (var (name, trait) in Traits(own).Where(trait => !known.Contains(trait.Key)))
        {
            var getter = Regex.Match(own, $@"get(?<kind>\w+)Attribute\('{name}'\)").Groups["kind"].Value;
            yield return Attribute(
                name,
                getter switch
                {
                    "String" => "\"string\"",
                    "Number" => "\"number\"",
                    "List" => "[\"list\",\"string\"]",
                    _ => own.Contains($"new cdktf.StringMap(this, \"{name}\")", StringComparison.Ordinal)
                        ? "[\"map\",\"string\"]"
                        : Dynamic,
                },
                trait
            );
        }
    }

    private static Wire.Attribute Attribute(string name, string type, Trait trait) =>
        new()
        {
            Name = name,
            Type = ByteString.CopyFromUtf8(type),
            Required = trait.IsRequired,
            Optional = trait.IsOptional,
            Computed = trait.IsComputed,
        };

    /// <summary>What can be left out can be taken back.</summary>
    private static bool IsRequired(string own, string name)
    {
        var words = string.Concat(name.Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        var property = char.ToLowerInvariant(words[0]) + words[1..];
        return own.Contains($" get {property}Input() ", StringComparison.Ordinal)
            && !own.Contains($" reset{words}() ", StringComparison.Ordinal);
    }

    /// <summary>From the comments; not every argument has one.</summary>
    private static Dictionary<string, Trait> Traits(string own) =>
        Comment()
            .Matches(own)
            .DistinctBy(comment => comment.Groups["name"].Value)
            .ToDictionary(
                comment => comment.Groups["name"].Value,
                comment => new Trait(
                    comment.Groups["required"].Value == "true",
                    comment.Groups["optional"].Value == "true",
                    comment.Groups["computed"].Value == "true"
                )
            );

    /// <summary>Terraform's word for a type, from the package's: <c>stringList</c> of a set is a set of texts.</summary>
    private static string TypeOf(string form, string storage)
    {
        var element = storage switch
        {
            _ when storage.StartsWith("string", StringComparison.Ordinal) => "\"string\"",
            _ when storage.StartsWith("number", StringComparison.Ordinal) => "\"number\"",
            _ when storage.StartsWith("boolean", StringComparison.Ordinal) => "\"bool\"",
            _ => Dynamic,
        };
        return form is "list" or "set" or "map" ? $"[\"{form}\",{element}]" : element;
    }

    private sealed record Trait(bool IsRequired, bool IsOptional, bool IsComputed);

    [GeneratedRegex(
        @"^class (?<name>\w+) extends cdktf\.\w+ \{\n.*?^\}$",
        RegexOptions.Multiline | RegexOptions.Singleline
    )]
    private static partial Regex Class();

    [GeneratedRegex(
        @"^function (?<name>\w+)ToHclTerraform\(struct\) \{\n(?<body>.*?)^\}$",
        RegexOptions.Multiline | RegexOptions.Singleline
    )]
    private static partial Regex Function();

    [GeneratedRegex(@"^class \w+ extends cdktf\.Terraform(Resource|Provider) ")]
    private static partial Regex Root();

    [GeneratedRegex(
        """
            ^\s+"?(?<name>[a-z]\w*)"?: \{
            \s+value: (?<value>.+),
            \s+isBlock: (?<block>true|false),
            \s+type: "(?<form>\w+)",
            \s+storageClassType: "(?<storage>\w+)",$
            """,
        RegexOptions.Multiline
    )]
    private static partial Regex Argument();

    [GeneratedRegex(@"(?<!cdktf\.)\b(?<name>\w+)ToHclTerraform\b")]
    private static partial Regex Mapper();

    [GeneratedRegex(
        @"^\s+// (?<name>\w+) - computed: (?<computed>\w+), optional: (?<optional>\w+), required: (?<required>\w+)$",
        RegexOptions.Multiline
    )]
    private static partial Regex Comment();
}
