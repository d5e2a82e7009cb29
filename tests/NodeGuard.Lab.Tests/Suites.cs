using NodeGuard.Lab.Tests.Lab;
using Xunit;

namespace NodeGuard.Lab.Tests;

/// <summary>Theory data: the names of suites, since a runner can list and filter those.</summary>
internal static class Suites
{
    public static TheoryData<string> Selected => [.. LabSuite.Selected.Select(suite => suite.Name)];

    public static TheoryData<string> Flushing => [.. LabSuite.Flushing.Select(suite => suite.Name)];
}
