using NodeGuard.Core.Selecting;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests.Draining;

public sealed class PodSelectorTextTests
{
    private static readonly Dictionary<string, string> Labels = new() { ["app"] = "web", ["example.com/tier"] = "b", ["empty"] = "" };

    [Theory]
    [InlineData("", true)]
    [InlineData("app=web", true)]
    [InlineData("app==web", true)]
    [InlineData(" app = web ", true)]
    [InlineData("app=api", false)]
    [InlineData("app!=api", true)]
    [InlineData("app!=web", false)]
    [InlineData("other!=web", true)]
    [InlineData("app", true)]
    [InlineData("!app", false)]
    [InlineData("!other", true)]
    [InlineData("example.com/tier in (a, b)", true)]
    [InlineData("example.com/tier in (a,c),app=web", false)]
    [InlineData("app=web,example.com/tier notin (a)", true)]
    [InlineData("empty=", true)]
    public void ASelectorSelectsAsKubectlWould(string text, bool selects)
    {
        LabelMatchText.TryParse(text, out var selector, out _).ShouldBeTrue();
        selector.Matches(Labels).ShouldBe(selects);
    }

    [Theory]
    [InlineData("=web", "\"=web\"")]
    [InlineData("app=web,", "\"\"")]
    [InlineData("app within (a)", "\"app within (a)\"")]
    [InlineData("app in a)", "\"app in a)\"")]
    [InlineData("app=w eb", "\"app=w eb\"")]
    [InlineData("app in (a", "\"app in (a\"")]
    public void WhatIsNoRequirementIsNamed(string text, string named)
    {
        LabelMatchText.TryParse(text, out _, out var problem).ShouldBeFalse();
        problem.ShouldStartWith(named);
    }
}
