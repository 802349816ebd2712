using System.Text.RegularExpressions;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NodaTime;
using NodaTime.Serialization.SystemTextJson;
using NUnit.Framework;
using Refit;
using Scheduler.Tests.Support;

namespace Scheduler.Tests.Contracts;

/// <summary>What <c>dotnet pack Scheduler.Core -p:ContractsOnly=true</c> packs stands by itself.</summary>
public sealed class ContractsPackageTests
{
    private static readonly string Core = Path.Combine(Repository.Root, "Scheduler.Core");

    private static readonly XElement Project = XElement.Load(Path.Combine(Core, "Scheduler.Core.csproj"));

    [Test]
    public void It_compiles_with_nothing_of_the_domain_and_no_driver()
    {
        var sources = Files()
            .Select(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file), path: file))
            .Append(CSharpSyntaxTree.ParseText(ImplicitUsings));
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Where(file => Path.GetFileName(file).StartsWith("System.", StringComparison.Ordinal))
            .Append(typeof(object).Assembly.Location);
        var packages = new[] { typeof(Instant), typeof(NodaConverters), typeof(GetAttribute) }.Select(type =>
            type.Assembly.Location
        );

        var problems = CSharpCompilation
            .Create(
                "Scheduler.Contracts",
                sources,
                platform.Concat(packages).Distinct().Select(file => MetadataReference.CreateFromFile(file)),
                new CSharpCompilationOptions(
                    OutputKind.DynamicallyLinkedLibrary,
                    nullableContextOptions: NullableContextOptions.Enable
                )
            )
            .GetDiagnostics()
            // CS8795: the other half of a generated expression, which this compilation has no generator for.
            .Where(problem => problem is { Severity: DiagnosticSeverity.Error, Id: not "CS8795" });

        Assert.That(problems.Select(problem => problem.ToString()), Is.Empty);
    }

    [Test]
    public void It_needs_the_packages_of_the_contract_and_no_others()
    {
        var packages = Own().Descendants("PackageReference").Select(reference => reference.Attribute("Include")!.Value);

        Assert.That(packages, Is.EquivalentTo(["NodaTime", "NodaTime.Serialization.SystemTextJson", "Refit"]));
    }

    [Test]
    public void Beside_the_contract_it_has_vocabularies_and_no_store_or_decision()
    {
        var others = Files()
            .Where(file => !file.StartsWith(Path.Combine(Core, "Contracts"), StringComparison.Ordinal))
            .ToList();

        Assert.That(others, Has.Count.GreaterThan(10));
        Assert.That(
            others.Where(file => Regex.IsMatch(file, "(Store|Policy|Engine|Planner|Adapter)\\.cs$")),
            // These two are words of the contract.
            Is.All.Match("(Misfire|Overlap|Dst)Policy")
        );
    }

    private const string ImplicitUsings = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static IEnumerable<XElement> Own() =>
        Project
            .Elements("ItemGroup")
            .Where(group => group.Attribute("Condition")?.Value == "'$(ContractsOnly)' == 'true'");

    private static IEnumerable<string> Files() =>
        Own()
            .Descendants("Compile")
            .SelectMany(compile => compile.Attribute("Include")!.Value.Split(';'))
            .SelectMany(pattern =>
                pattern.Contains('*', StringComparison.Ordinal)
                    ? Directory.EnumerateFiles(Path.Combine(Core, Path.GetDirectoryName(pattern)!), "*.cs")
                    : [Path.Combine(Core, pattern)]
            );
}
