using System.Runtime.CompilerServices;
using NodeGuard.Generators.Crds;
using Shouldly;
using Xunit;

namespace NodeGuard.Kubernetes.Tests.Generated;

/// <summary>deploy/crds is what the models say.</summary>
public sealed class CrdDriftTests
{
    private const string Mend = "run ./build.sh generate, and commit what it writes";

    [Fact]
    public void TheDefinitionsAreThoseOfTheModels()
    {
        foreach (var (name, text) in CrdFiles.All())
            File.ReadAllText(Path.Combine(Folder(), name)).ShouldBe(text, $"{name} is not what the models say: {Mend}");
    }

    [Fact]
    public void NoOtherDefinitionIsThere() =>
        Directory.GetFiles(Folder()).Select(Path.GetFileName).Order().ShouldBe(CrdFiles.All().Select(f => f.Name).Order(), Mend);

    private static string Folder([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", "..", "..", "deploy", "crds"));
}
