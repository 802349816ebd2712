using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using NSwag;
using NSwag.CodeGeneration.CSharp;
using NUnit.Framework;

namespace Scheduler.Tests.Api;

/// <summary>Whoever generates a client from the document gets one that compiles.</summary>
public sealed class GeneratedClientTests
{
    [Test]
    public async Task A_client_generated_from_the_document_compiles()
    {
        using var host = ApiHost.Production();
        var json = await (await host.SendAsync("GET", "/openapi/v1.json")).Content.ReadAsStringAsync();

        var document = await OpenApiDocument.FromJsonAsync(json);
        var source = new CSharpClientGenerator(
            document,
            new CSharpClientGeneratorSettings { ClassName = "SchedulerClient" }
        ).GenerateFile();
        var problems = Compile(source).Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);

        Assert.That(problems.Select(problem => problem.ToString()), Is.Empty);
        Assert.That(source, Does.Contain("TriggerAsync(").And.Contain("OnboardCustomerAsync("));
    }

    private static ImmutableArray<Diagnostic> Compile(string source)
    {
        var platform = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(Path.PathSeparator)
            .Select(file => MetadataReference.CreateFromFile(file));
        return CSharpCompilation
            .Create(
                "SchedulerClient",
                [CSharpSyntaxTree.ParseText(source)],
                platform,
                new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary)
            )
            .GetDiagnostics();
    }
}
